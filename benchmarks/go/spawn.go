package main

import "sync"

// Go has no join: each goroutine writes its number to its slot, and a WaitGroup tells that all have.
func spawnFromMain(size int) sample {
	return timed(func() int {
		var all sync.WaitGroup
		all.Add(size)
		results := make([]int, size)
		for number := 0; number < size; number++ {
			go leaf(number, results, &all)
		}
		all.Wait()
		sum := 0
		for _, result := range results {
			sum += result
		}
		return sum
	})
}

func leaf(number int, results []int, all *sync.WaitGroup) {
	results[number] = number
	all.Done()
}

func spawnFromGoroutine(size int) sample {
	measured := make(chan sample)
	go func() {
		measured <- timed(func() int {
			var all sync.WaitGroup
			all.Add(size)
			for number := 0; number < size; number++ {
				go done(&all)
			}
			all.Wait()
			return size
		})
	}()
	return <-measured
}

func done(all *sync.WaitGroup) {
	all.Done()
}
