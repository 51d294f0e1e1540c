package main

import "sync"

func goTopLevel(size int) sample {
	return joined(size, func(slot *int, all *sync.WaitGroup, number int, text string) {
		go one(slot, all)
	})
}

func goArguments(size int) sample {
	return joined(size, func(slot *int, all *sync.WaitGroup, number int, text string) {
		go weigh(slot, all, number, text)
	})
}

func goCaptured(size int) sample {
	return joined(size, func(slot *int, all *sync.WaitGroup, number int, text string) {
		go func() {
			*slot = number + len(text)
			all.Done()
		}()
	})
}

func one(slot *int, all *sync.WaitGroup) {
	*slot = 1
	all.Done()
}

func weigh(slot *int, all *sync.WaitGroup, number int, text string) {
	*slot = number + len(text)
	all.Done()
}

func joined(size int, start func(slot *int, all *sync.WaitGroup, number int, text string)) sample {
	return timed(func() int {
		var all sync.WaitGroup
		all.Add(size)
		results := make([]int, size)
		for number := 0; number < size; number++ {
			start(&results[number], &all, number, "abcde")
		}
		all.Wait()
		sum := 0
		for _, result := range results {
			sum += result
		}
		return sum
	})
}
