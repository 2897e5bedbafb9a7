package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// linear measures how the time grows with bodies that are costly to check: for
// n and for 2n elements, members or findings, which are measured in turn in
// each round. A factor of 2 is linear.
func linear(dir string, rounds int, only string) error {
	const n = 10_000
	type pair struct {
		name    string
		files   [2]string
		seconds [2][]float64 // processor time, by round
	}
	var pairs []*pair
	for _, kind := range hostiletest.Bodies {
		p := &pair{name: "plumb, " + kind.Name}
		if !contains(p.name, only) {
			continue
		}
		for i := range p.files {
			p.files[i] = filepath.Join(dir, fmt.Sprintf("linear-%d-%d.json", len(pairs), i))
			if err := os.WriteFile(p.files[i], kind.Make(n<<i), 0o600); err != nil {
				return err
			}
		}
		pairs = append(pairs, p)
	}
	for range rounds {
		for _, p := range pairs {
			for i, file := range p.files {
				cmd := exec.Command(filepath.Join(dir, "plumb"), "check", "-q", "--config", "", "--fail-on", "never", "--format", "json", file)
				cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
				var failure bytes.Buffer
				cmd.Stderr = &failure
				if err := cmd.Run(); err != nil {
					return fmt.Errorf("%s: %w: %s", p.name, err, failure.Bytes())
				}
				p.seconds[i] = append(p.seconds[i], (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			}
		}
	}
	fmt.Printf("\nprocessor time for %d and %d items\n", n, 2*n)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "seconds\ttwice\tfactor\tmost\t")
	for _, p := range pairs {
		factors := make([]float64, rounds)
		for i := range factors {
			factors[i] = p.seconds[1][i] / p.seconds[0][i]
		}
		fmt.Fprintf(w, "%.2f\t%.2f\t%.2f\t%.2f\t %s\n", median(p.seconds[0]), median(p.seconds[1]), median(factors), slices.Max(factors), p.name)
	}
	return w.Flush()
}
