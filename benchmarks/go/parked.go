package main

import (
	"sync"
	"time"
)

// operationsBeside is that of src/work/parked.ts.
func operationsBeside(parked int) int {
	if parked < 10 {
		return 100
	}
	return 200_000
}

// What all samples of this process share: the first one's growth.
var parkedBytes float64

// operateBeside does so many operations of each kind; returns what they came to, and the nanoseconds of one of each.
func operateBeside(operations int) (sum int, send, spawn, wake float64) {
	buffered := make(chan int, 1)
	start := time.Now()
	for count := 0; count < operations; count++ {
		buffered <- 1
		sum += <-buffered
	}
	send = since(start) / float64(operations)

	joined := make(chan int)
	start = time.Now()
	for count := 0; count < operations; count++ {
		go func() { joined <- 1 }()
		sum += <-joined
	}
	spawn = since(start) / float64(operations)

	there, back := make(chan int), make(chan int)
	go func() {
		for round := 0; round < operations; round++ {
			back <- <-there
		}
	}()
	start = time.Now()
	for count := 0; count < operations; count++ {
		there <- 1
		sum += <-back
	}
	wake = since(start) / float64(operations) / 2
	return sum, send, spawn, wake
}

func withParked(size int) sample {
	operations := operationsBeside(size)
	resident := memory("VmRSS")
	hold := make(chan int)
	var ready, ended sync.WaitGroup
	ready.Add(size)
	ended.Add(size)
	for number := 0; number < size; number++ {
		go func() {
			ready.Done()
			<-hold
			ended.Done()
		}()
	}
	ready.Wait()
	if parkedBytes == 0 {
		parkedBytes = float64(memory("VmRSS")-resident) / float64(size)
	}

	// Once untimed: what making so many has left to the collector is its own affair.
	operateBeside(operations)
	sum, send, spawn, wake := operateBeside(operations)

	close(hold)
	ended.Wait()
	return sample{
		Nanoseconds: send + spawn + wake,
		Result:      float64(size + sum),
		Metrics:     map[string]float64{"send": send, "spawn": spawn, "wake": wake, "bytes": parkedBytes},
	}
}
