// The Go contender: one program for each row of the suites, measured as src/harness/child.ts measures the Node ones.
//
// usage: go-program [--a-thread-each] <request as JSON>
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type request struct {
	Suite              string  `json:"suite"`
	Row                string  `json:"row"`
	Size               int     `json:"size"`
	Samples            int     `json:"samples"`
	Threads            int     `json:"threads"`
	WarmUpMilliseconds float64 `json:"warmUpMilliseconds"`
}

type sample struct {
	Nanoseconds float64            `json:"nanoseconds"`
	Result      float64            `json:"result"`
	Metrics     map[string]float64 `json:"metrics,omitempty"`
}

type report struct {
	Samples  []sample `json:"samples"`
	Resident []int    `json:"resident"`
	Peak     int      `json:"peak"`
}

var programs = map[string]func(size int) sample{
	"spawn/from-main":                 spawnFromMain,
	"spawn/from-goroutine-one-thread": spawnFromGoroutine,
	"spawn/from-goroutine":            spawnFromGoroutine,
	"switch/gosched":                  switching,
	"ping-pong/one-thread":            pingPong,
	"ping-pong/two-processors":        pingPong,
	"ping-pong/two-threads":           pingPong,
	"buffered/one-thread":             buffered,
	"buffered/two-processors":         buffered,
	"buffered/two-threads":            buffered,
	"select/two-ready":                selectTwoReady,
	"mutex/eight-goroutines":          contendedMutex,
	"skynet/million-leaves":           skynetTree,
	"cpu/two-goroutines":              cpuScaling,
	"million/atomic":                  millionAtomic,
	"million/channel":                 millionChannel,
	"parked/10":                       withParked,
	"parked/1000":                     withParked,
	"parked/100000":                   withParked,
	"parked/1000000":                  withParked,
	"closure/top-level":               goTopLevel,
	"closure/arguments":               goArguments,
	"closure/captured":                goCaptured,
}

func main() {
	arguments := os.Args[1:]
	if arguments[0] == "--a-thread-each" {
		aThreadEach, arguments = true, arguments[1:]
	}
	var ask request
	if err := json.Unmarshal([]byte(arguments[0]), &ask); err != nil {
		panic(err)
	}
	program := programs[ask.Suite+"/"+ask.Row]
	if program == nil {
		panic("no program for " + ask.Suite + "/" + ask.Row)
	}
	runtime.GOMAXPROCS(ask.Threads)

	warm := time.Now().Add(time.Duration(ask.WarmUpMilliseconds * float64(time.Millisecond)))
	for program(ask.Size); time.Now().Before(warm); {
		program(ask.Size)
	}

	var answer report
	for count := 0; count < ask.Samples; count++ {
		answer.Samples = append(answer.Samples, program(ask.Size))
		answer.Resident = append(answer.Resident, memory("VmRSS"))
	}
	answer.Peak = memory("VmHWM")
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		panic(err)
	}
}

// aThreadEach says that goroutines which call onItsThread stay on a thread of their own.
var aThreadEach bool

func onItsThread() {
	if aThreadEach {
		runtime.LockOSThread()
	}
}

// timed runs the work once and takes its time.
func timed(work func() int) sample {
	start := time.Now()
	result := work()
	return sample{Nanoseconds: since(start), Result: float64(result)}
}

func since(start time.Time) float64 {
	return float64(time.Since(start).Nanoseconds())
}

// memory reads a size of this process from the system, in bytes; 0 where the system does not tell.
func memory(field string) int {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		var kilobytes int
		if strings.HasPrefix(line, field+":") {
			fmt.Sscanf(line[len(field)+1:], "%d", &kilobytes)
			return kilobytes * 1024
		}
	}
	return 0
}
