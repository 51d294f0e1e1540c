package main

import (
	"sync"
	"sync/atomic"
)

func millionAtomic(size int) sample {
	return timed(func() int {
		var sum int32
		var all sync.WaitGroup
		all.Add(size)
		for number := 0; number < size; number++ {
			go func() {
				atomic.AddInt32(&sum, 1)
				all.Done()
			}()
		}
		all.Wait()
		return int(sum)
	})
}

func millionChannel(size int) sample {
	return timed(func() int {
		ones := make(chan int)
		for number := 0; number < size; number++ {
			go func() { ones <- 1 }()
		}
		sum := 0
		for count := 0; count < size; count++ {
			sum += <-ones
		}
		return sum
	})
}
