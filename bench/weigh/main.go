// Command weigh prints what the first build of the command costs somebody whose
// caches are empty, beside the command of kin-openapi, and how much of it is for
// each large library. It fails if the command is heavier than it may be.
//
// It is run in the folder bench.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"
	"time"
)

const (
	command  = "./cmd/plumb"
	compared = "github.com/getkin/kin-openapi/cmd/validate"

	mostTimes = 2.7  // the processor time of the other command
	mostMB    = 27.0 // of 1024 kB, as everywhere in the benchmarks
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "weigh:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "weigh-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	other, err := buildFirst(dir, compared)
	if err != nil {
		return err
	}
	own, err := buildFirst(dir, command)
	if err != nil {
		return err
	}
	// As it is printed: the time varies by some percent from run to run.
	times := math.Round(10*own.processor.Seconds()/other.processor.Seconds()) / 10
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "plumb\tkin-openapi\ttimes\tat most\t\n")
	fmt.Fprintf(w, "%.0f\t%.0f\t%.1f\t%.1f times\t seconds of processor for the first build\n", own.processor.Seconds(), other.processor.Seconds(), times, mostTimes)
	fmt.Fprintf(w, "%.1f\t%.1f\t%.1f\t%.0f\t MB of binary\n", own.mb(), other.mb(), own.mb()/other.mb(), mostMB)
	fmt.Fprintf(w, "%d\t%d\t\t\t modules\n", own.modules, other.modules)
	if err := w.Flush(); err != nil {
		return err
	}
	if err := printLibraries(own); err != nil {
		return err
	}
	if times > mostTimes || own.mb() > mostMB {
		return fmt.Errorf("the command is heavier than it may be")
	}
	return nil
}

// build is a program that was built with empty caches.
type build struct {
	processor time.Duration // of all compilers and the linker
	size      int64         // of the binary, in bytes
	modules   int
	compiled  map[string]time.Duration // the processor time of each package
	cache     string                   // the folder of what was compiled
}

func (b *build) mb() float64 { return float64(b.size) / (1 << 20) }

// buildFirst builds a command as make build does, with empty caches.
func buildFirst(dir, name string) (*build, error) {
	dir, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return nil, err
	}
	b := &build{cache: filepath.Join(dir, "cache")}
	program, actions := filepath.Join(dir, "program"), filepath.Join(dir, "actions")
	goBuild := b.goCommand("build", "-trimpath", "-ldflags", "-s -w", "-debug-actiongraph", actions, "-o", program, name)
	if err := goBuild.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", goBuild, err)
	}
	b.processor = goBuild.ProcessState.UserTime() + goBuild.ProcessState.SystemTime()
	info, err := os.Stat(program)
	if err != nil {
		return nil, err
	}
	b.size = info.Size()
	linked, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	b.modules = len(linked.Deps)
	b.compiled, err = readActions(actions)
	return b, err
}

// goCommand returns a go command that runs in the folder of the main module, and
// prints what is wrong.
func (b *build) goCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOCACHE="+b.cache, "GOFLAGS=", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd
}

// readActions returns the processor time of each package that go build compiled,
// which it writes with -debug-actiongraph.
func readActions(file string) (map[string]time.Duration, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var actions []struct {
		Mode, Package   string
		CmdUser, CmdSys time.Duration
	}
	if err := json.Unmarshal(text, &actions); err != nil {
		return nil, fmt.Errorf("-debug-actiongraph: %w", err)
	}
	compiled := map[string]time.Duration{}
	for _, a := range actions {
		if a.Mode == "build" {
			compiled[a.Package] += a.CmdUser + a.CmdSys
		}
	}
	return compiled, nil
}
