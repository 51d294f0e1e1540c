package main

import "sync"

func contendedMutex(size int) sample {
	const goroutines = 8
	return timed(func() int {
		var mutex sync.Mutex
		var all sync.WaitGroup
		word := 0
		all.Add(goroutines)
		for count := 0; count < goroutines; count++ {
			go func() {
				for turn := 0; turn < size/goroutines; turn++ {
					mutex.Lock()
					word++
					mutex.Unlock()
				}
				all.Done()
			}()
		}
		all.Wait()
		return word
	})
}
