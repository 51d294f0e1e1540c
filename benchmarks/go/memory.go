package main

import "sync"

func init() {
	programs["memory/channel"] = weighed(func(hold, other chan int, begun *sync.WaitGroup) {
		begun.Done()
		<-hold
	}, true)
	programs["memory/select"] = weighed(func(hold, other chan int, begun *sync.WaitGroup) {
		begun.Done()
		select {
		case <-hold:
		case <-other:
		}
	}, true)
	programs["memory/unstarted"] = weighed(func(hold, other chan int, begun *sync.WaitGroup) {
		begun.Done()
		<-hold
	}, false)
}

// weighed starts so many, and takes what the process has grown by when all wait, or else when all are started; the first
// time only, which all samples of this process share.
func weighed(wait func(hold, other chan int, begun *sync.WaitGroup), begin bool) func(size int) sample {
	var bytes float64
	return func(size int) sample {
		resident := memory("VmRSS")
		hold, other := make(chan int), make(chan int)
		var begun, ended sync.WaitGroup
		begun.Add(size)
		ended.Add(size)
		finished := make(chan int, size)
		for number := 0; number < size; number++ {
			go func() {
				wait(hold, other, &begun)
				finished <- 1
				ended.Done()
			}()
		}
		if begin {
			begun.Wait()
		}
		if bytes == 0 {
			bytes = float64(memory("VmRSS")-resident) / float64(size)
		}
		close(hold)
		ended.Wait()
		return sample{Result: float64(len(finished)), Metrics: map[string]float64{"bytes": bytes}}
	}
}
