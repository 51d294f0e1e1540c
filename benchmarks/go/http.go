package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// As in src/work/tasks.ts.
const (
	requestSteps      = 3_000_000
	cpuConnections    = 16
	healthConnections = 1
)

func init() {
	programs["http/wrk"] = serverUnderLoad
}

// serverUnderLoad is the server and the load of src/work/http.ts.
func serverUnderLoad(seconds int) sample {
	routes := http.NewServeMux()
	routes.HandleFunc("/cpu", func(response http.ResponseWriter, _ *http.Request) { fmt.Fprint(response, burn(requestSteps)) })
	routes.HandleFunc("/health", func(response http.ResponseWriter, _ *http.Request) { fmt.Fprint(response, "well") })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := &http.Server{Handler: routes}
	go server.Serve(listener)
	defer server.Close()
	address := "http://" + listener.Addr().String()

	var cpu, health wrkLoad
	var both sync.WaitGroup
	both.Add(2)
	result := ask(address + "/cpu")
	go func() { cpu = underLoad(address+"/cpu", cpuConnections, seconds); both.Done() }()
	go func() { health = underLoad(address+"/health", healthConnections, seconds); both.Done() }()
	both.Wait()
	metrics := map[string]float64{"cpu": cpu.requests, "health": health.requests}
	if cpu.requests > 0 {
		metrics["cpuP99"] = cpu.p99
	}
	if health.requests > 0 {
		metrics["healthP99"] = health.p99
	}
	return sample{Nanoseconds: float64(time.Duration(seconds) * time.Second), Result: result, Metrics: metrics}
}

func ask(url string) float64 {
	response, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	return number(string(body))
}

type wrkLoad struct{ requests, p99 float64 }

var (
	wrkFailed  = regexp.MustCompile(`Non-2xx or 3xx responses: \d+|Socket errors: (connect [^0]|connect 0, read [^0]|connect 0, read 0, write [^0]).*`)
	wrkRate    = regexp.MustCompile(`(?m)^Requests/sec:\s+([\d.]+)`)
	wrkLatency = regexp.MustCompile(`(?m)^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$`)
)

func underLoad(url string, connections, seconds int) wrkLoad {
	command := exec.Command("wrk", "--threads", "1", "--connections", strconv.Itoa(connections),
		"--duration", fmt.Sprintf("%ds", seconds), "--latency", url)
	output, err := command.Output()
	if err != nil {
		panic(err)
	}
	if failed := wrkFailed.Find(output); failed != nil {
		panic("wrk reports requests that failed: " + string(failed))
	}
	rate, latency := wrkRate.FindSubmatch(output), wrkLatency.FindSubmatch(output)
	if rate == nil || latency == nil {
		panic("cannot read what wrk reports: " + string(output))
	}
	milliseconds := map[string]float64{"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[string(latency[2])]
	return wrkLoad{requests: number(string(rate[1])), p99: number(string(latency[1])) * milliseconds}
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return value
}
