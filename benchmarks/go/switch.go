package main

import "runtime"

func switching(size int) sample {
	return timed(func() int {
		other := make(chan int)
		go func() { other <- turns(size / 2) }()
		return turns(size/2) + <-other
	})
}

func turns(count int) int {
	for turn := 0; turn < count; turn++ {
		runtime.Gosched()
	}
	return count
}
