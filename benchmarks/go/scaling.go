package main

import (
	"fmt"
	"runtime"
)

// One program for each number of processors, as in src/suites/scaling.ts.
func init() {
	for threads := 1; threads <= runtime.NumCPU(); threads++ {
		programs[fmt.Sprintf("scaling/cpu-%d", threads)] = cpuTasks
		programs[fmt.Sprintf("scaling/skynet-%d", threads)] = skynetTree
	}
}

// The short tasks of src/work/tasks.ts.
const shortTaskSteps = 600_000

func cpuTasks(size int) sample {
	return timed(func() int {
		results := make(chan int, size)
		for task := 0; task < size; task++ {
			go func() { results <- burn(shortTaskSteps) }()
		}
		sum := 0
		for task := 0; task < size; task++ {
			sum += <-results
		}
		return sum
	})
}
