// Command bench compares plumb with its peers: each checks the same bodies in
// turn, and its speed is shown as a multiple of that of encoding/json.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"text/tabwriter"

	"github.com/plumbapi/plumb/bench/bodies"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each row is measured")
	count := flag.Int("bodies", 100_000, "how many bodies each measurement reads")
	large := flag.Int("mb", 64, "size in MB of the recordings of whole processes; above 64, for their memory only")
	only := flag.String("only", "", "measure only the rows whose names contain this")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(*rounds, *count, *large, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds, count, large int, only string) error {
	dir, err := os.MkdirTemp("", "plumb-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &limits{}
	in := newInput(count)
	rows, err := inProcess(in, dir)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r *row) bool { return r.name != unit && !contains(r.name, only) })
	fmt.Printf("%d bodies of %d bytes on average, %d rounds, %s %s/%s\n\n", count, in.clean.average(), rounds, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for i := range rounds + 1 {
		for _, r := range rows {
			if err := r.measure(i > 0); err != nil {
				r.missing = err
				l.miss(r.name, "%v", err)
			}
		}
	}
	print(rows)
	if err := build(dir, "..", "./cmd/plumb"); err != nil {
		return err
	}
	for _, command := range []string{"./decode", "./kin"} {
		if err := build(dir, ".", command); err != nil {
			return err
		}
	}
	if err := goals(dir, large, rounds, only, l); err != nil {
		return err
	}
	if err := processes(dir, rounds, only, l); err != nil {
		return err
	}
	if err := linear(dir, rounds, only, l); err != nil {
		return err
	}
	if err := descriptions(dir, rounds, only, l); err != nil {
		return err
	}
	return l.err()
}

// print shows the ratios to the first row: the median of all rounds, the least
// and the most.
func print(rows []*row) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ratio\tleast\tmost\tns/body\tallocs/body\t")
	for _, r := range rows {
		if r.missing != nil {
			fmt.Fprintf(w, "-\t-\t-\t-\t-\t %s: %v\n", r.name, r.missing)
			continue
		}
		ratios := make([]float64, len(r.seconds))
		for i := range ratios {
			// Compared with the first row in the same round, since the speed
			// of a machine varies.
			ratios[i] = rows[0].seconds[i] / float64(rows[0].bodies) / r.seconds[i] * float64(r.bodies)
		}
		slices.Sort(ratios)
		allocs := fmt.Sprintf("%.1f", r.allocs)
		if r.elsewhere != nil {
			allocs = "-"
		}
		fmt.Fprintf(w, "%.2f\t%.2f\t%.2f\t%.0f\t%s\t %s\n", ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1], 1e9*median(r.seconds)/float64(r.bodies), allocs, r.name)
	}
	w.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// texts are bodies, consecutive in memory after join.
type texts [][]byte

func (t texts) average() int {
	n := 0
	for _, body := range t {
		n += len(body)
	}
	return n / len(t)
}

// input is what the rows read.
type input struct {
	clean texts
	mixed texts // 5 % of them broken, each in its own way
	same  texts // all broken in the same way
}

func newInput(count int) *input {
	in := &input{}
	g, other := bodies.New(1, 1), bodies.New(2, 1)
	for i := range count {
		body := g.Next()
		in.clean = append(in.clean, body)
		if i%20 == 7 {
			body = other.Broken()
		}
		in.mixed = append(in.mixed, body)
		in.same = append(in.same, other.Paused())
	}
	for _, t := range []texts{in.clean, in.mixed, in.same} {
		t.join()
	}
	return in
}

// join makes the bodies consecutive in memory, as those of a file are.
func (t texts) join() {
	all := make([]byte, 0, len(t)*(t.average()+1))
	for i, body := range t {
		from := len(all)
		all = append(all, body...)
		t[i] = all[from:len(all):len(all)]
	}
}

// decode does what everybody must do who validates decoded values.
func decode(body []byte) (any, error) {
	var value any
	err := json.Unmarshal(body, &value)
	return value, err
}
