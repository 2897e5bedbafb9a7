package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

const (
	memoryLimit    = 64 << 20
	smallFileLimit = 0.020 // seconds of processor
	largestRatio   = 64    // MB of the largest recordings whose times are compared
	vendorSize     = 16    // MB of the examples of a vendor, repeated
)

// goal is what whole processes have to reach over one kind of recording.
type goal struct {
	name      string
	recording recording
	decoder   string   // of the same file, which they are compared with
	options   []string // of plumb
	rows      []goalRow
}

type goalRow struct {
	name    string
	command string
	options []string
	least   float64 // times as fast as the decoder
	half    string  // the row of the plain recording of which it has to reach half
	cores   int     // if more than 1, its real time is compared with that of the row before
}

const without, with = "without histories", "with histories"

// checks returns the rows of check, with what they have to reach.
func checks(leastWithout, leastWith float64) []goalRow {
	return []goalRow{
		{name: without, command: "check", options: []string{"--no-history"}, least: leastWithout},
		{name: with, command: "check", least: leastWith},
	}
}

// halves returns the rows of check, which have to reach half of the plain ones.
func halves() []goalRow {
	rows := checks(0, 0)
	for i := range rows {
		rows[i].half = rows[i].name
	}
	return rows
}

func allGoals(dir string) []goal {
	payment := []string{"--spec", "../fixtures/payment/openapi.yaml"}
	return []goal{
		{"plain", lines(batches(1)), "json", nil, append(checks(15, 12),
			goalRow{name: "check --summary", command: "check", options: []string{"--no-history", "--summary", filepath.Join(dir, "summary")}, half: without},
			goalRow{name: "drift", command: "drift", half: without})},
		{"each line another resource", lines(singles), "json", nil, checks(0, 0)},
		{"5 % broken", lines(someBroken), "json", nil, halves()},
		{"two spacings", lines(twoSpacings), "json", nil, halves()},
		{"eight orders", lines(batches(8)), "json", nil, halves()},
		{"each body in another order", lines(batches(0)), "json", nil, checks(4, 4)},
		{"exchanges", exchanges, "json", nil, checks(5, 5)},
		{"HAR", harFile, "json", nil, checks(4, 4)},
		{"cassette of go-vcr", cassette(goVCRInteraction), "yaml", nil, append(checks(4, 4), goalRow{name: "two cores", command: "check", least: 1.7, cores: 2})},
		{"payments as exchanges", lines(payments(false)), "json", payment, checks(4, 4)},
		{"payments, bare", lines(payments(true)), "json", append(payment, "--schema", "Payment"), checks(4, 4)},
	}
}

// goals measures what whole processes have to reach. All but one run on one core.
// Recordings larger than largestRatio are checked once, for the memory.
func goals(dir string, large, rounds int, only string, l *limits) error {
	fmt.Printf("\nwhole processes, recordings of %d MB\n", min(large, largestRatio))
	t := &goalTable{l, map[string]float64{}}
	fmt.Printf(goalLine, "processor", "MB", "ratio", "target", "")
	t.smallFile(filepath.Join(dir, "plumb"), rounds, only)
	for _, g := range allGoals(dir) {
		if err := t.goal(g, dir, large, rounds, only); err != nil {
			return err
		}
	}
	return t.vendors(dir, rounds, only)
}

// goalTable shows what was measured beside what has to be reached.
type goalTable struct {
	limits *limits
	plain  map[string]float64 // ratios of the plain recording, by the name of the row
}

func (t *goalTable) goal(g goal, dir string, large, rounds int, only string) error {
	oneCore := []string{"GOMAXPROCS=1"}
	file, err := g.recording.write(dir, megabytes(min(large, largestRatio)))
	if err != nil {
		return err
	}
	defer os.Remove(file)
	decoder := &process{name: g.decoder + ", " + g.name, command: []string{filepath.Join(dir, "decode"), g.decoder, file}, env: oneCore}
	var processes []*process
	for i, row := range g.rows {
		command := append([]string{filepath.Join(dir, "plumb"), row.command, "-q", "--config", "", "--fail-on", "never"}, g.options...)
		p := &process{name: g.name + ", " + row.name, command: append(append(command, row.options...), file), env: oneCore, against: decoder, bound: memoryLimit}
		if row.cores > 1 {
			p.env, p.against, p.real = []string{fmt.Sprint("GOMAXPROCS=", row.cores)}, processes[i-1], true
		}
		processes = append(processes, p)
	}
	if !anyContains(processes, only) {
		return nil
	}
	for range rounds {
		decoder.measure()
		for _, p := range processes {
			p.measure()
		}
	}
	t.row(decoder, 0, 0)
	for i, p := range processes {
		row, ratio := g.rows[i], p.ratio()
		if g.name == "plain" {
			t.plain[row.name] = ratio
		}
		least := row.least
		if row.half != "" {
			least = t.plain[row.half] / 2 // 0 if plain was not measured
		}
		if large > largestRatio {
			if err := p.remember(g.recording, dir, large); err != nil {
				return err
			}
		}
		t.row(p, ratio, least)
	}
	return nil
}

const goalLine = "%9s %5s %7s %8s  %s\n"

// remember runs a process once more over a large recording, for its memory. The
// recording is the last argument.
func (p *process) remember(kind recording, dir string, mb int) error {
	file, err := kind.write(dir, megabytes(mb))
	if err != nil {
		return err
	}
	defer os.Remove(file)
	again := &process{name: p.name, command: append(p.command[:len(p.command)-1:len(p.command)-1], file), env: p.env}
	again.measure()
	p.memory = max(p.memory, again.memory)
	if p.failed == nil {
		p.failed = again.failed
	}
	return nil
}

// row shows a row, and records what it misses. A ratio or target of 0 is not there.
func (t *goalTable) row(p *process, ratio, least float64) {
	t.limits.check(p)
	if p.failed == nil && p.against != nil {
		t.limits.least(p.name, ratio, least)
	}
	target := number(least)
	if target != "" {
		target = ">=" + target
	}
	p.show(number(ratio), target)
}

func (p *process) show(ratio, target string) {
	if len(p.processor) == 0 {
		fmt.Printf(goalLine, "-", "-", "-", target, p.name)
		return
	}
	fmt.Printf(goalLine, fmt.Sprintf("%.3f", median(p.processor)), fmt.Sprint(p.memory>>20), ratio, target, p.name)
}

func number(n float64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", n)
}

// smallFile measures what a run takes at least: its start, and the loading of the
// built-in description.
func (t *goalTable) smallFile(plumb string, rounds int, only string) {
	p := &process{name: "one small file", command: []string{plumb, "check", "-q", "--config", "", "--fail-on", "never", "../fixtures/recordings/cancel.har"}}
	if !contains(p.name, only) {
		return
	}
	for range 20 * rounds {
		p.measure()
	}
	p.show("", fmt.Sprintf("<=%.3f", smallFileLimit))
	t.limits.check(p)
	if len(p.processor) > 0 {
		t.limits.most(p.name, "seconds of processor", median(p.processor), smallFileLimit)
	}
}

// vendors compares the examples of published descriptions with kin-openapi, which
// validates them once they are decoded. Loading the description is not counted.
func (t *goalTable) vendors(dir string, rounds int, only string) error {
	oneCore := []string{"GOMAXPROCS=1"}
	for _, vendor := range []struct{ name, examples string }{{"github", "gh"}, {"stripe", "stripe"}} {
		name := "examples of " + vendor.name
		if !contains(name, only) {
			continue
		}
		description, first, err := unpacked(dir, vendor.name, vendor.examples)
		if err != nil {
			fmt.Printf(goalLine, "-", "-", "-", "", fmt.Sprintf("%s: %v", name, err))
			continue
		}
		many, none := filepath.Join(dir, "many.ndjson"), filepath.Join(dir, "none.ndjson")
		if err := repeat(many, first, vendorSize); err != nil {
			return err
		}
		if err := repeat(none, first, 0); err != nil {
			return err
		}
		over := func(of string, command func(file string) []string) *process {
			start := &process{name: name + ", start of " + of, command: command(none), env: oneCore}
			return &process{name: name + ", " + of, command: command(many), env: oneCore, start: start}
		}
		kin := over("kin-openapi", func(file string) []string { return []string{filepath.Join(dir, "kin"), description, file} })
		plumb := over("plumb", func(file string) []string {
			return []string{filepath.Join(dir, "plumb"), "check", "-q", "--config", "", "--fail-on", "never", "--allow-empty", "--spec", description, file}
		})
		plumb.against = kin
		for range rounds {
			for _, p := range []*process{kin.start, kin, plumb.start, plumb} {
				p.measure()
			}
		}
		t.row(kin, 0, 0)
		t.row(plumb, plumb.ratio(), 5)
	}
	return nil
}

// repeat writes a file of mb MB that has the lines of another again and again.
func repeat(name, of string, mb int) error {
	text, err := os.ReadFile(of)
	if err != nil {
		return err
	}
	return os.WriteFile(name, bytes.Repeat(text, mb<<20/len(text)), 0o600)
}

func anyContains(all []*process, part string) bool {
	for _, p := range all {
		if contains(p.name, part) {
			return true
		}
	}
	return false
}
