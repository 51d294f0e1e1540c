package main

import "time"

// burn is the xorshift generator of src/work/cpu.ts.
func burn(steps int) int {
	state := uint32(2463534242)
	for step := 0; step < steps; step++ {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
	}
	return int(state)
}

func cpuScaling(size int) sample {
	results := make(chan int)
	work := func() { results <- burn(size) }

	start := time.Now()
	go work()
	<-results
	one := since(start)

	start = time.Now()
	go work()
	go work()
	sum := <-results + <-results
	two := since(start)

	return sample{
		Nanoseconds: two / 2,
		Result:      float64(sum),
		Metrics:     map[string]float64{"scaling": 2 * one / two},
	}
}
