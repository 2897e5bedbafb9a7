package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// errNoNode means that the peers that are written for Node cannot be run here.
var errNoNode = errors.New("not measured")

// installNode installs the peers that are written for Node, in the versions of
// node/package-lock.json.
var installNode = sync.OnceValue(func() error {
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("%w: npm is not installed", errNoNode)
	}
	install := exec.Command("npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel", "error")
	install.Dir = "node"
	if out, err := install.CombinedOutput(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%w: npm install fails: %w: %s", errNoNode, err, first)
	}
	return nil
})

// ajvRow returns a row for ajv, in a process of Node that is started once. Its
// files are written to dir.
func ajvRow(dir string, bodies texts) *row {
	var process *ajv
	r := &row{name: "ajv (Node), with its parse", bodies: len(bodies)}
	r.run = func() error {
		if process == nil {
			var err error
			if process, err = startAJV(dir, bodies); err != nil {
				return err
			}
		}
		return process.validate()
	}
	r.elsewhere = func() time.Duration {
		if process == nil {
			return 0
		}
		return process.used
	}
	return r
}

// ajv is a running node/ajv.mjs, which ends when its standard input does.
type ajv struct {
	in   io.Writer
	out  *bufio.Scanner
	used time.Duration // processor time of the validations so far
}

func startAJV(dir string, bodies texts) (*ajv, error) {
	if err := installNode(); err != nil {
		return nil, err
	}
	text, err := peerSchema()
	if err != nil {
		return nil, err
	}
	schema := filepath.Join(dir, "ajv.json")
	if err := os.WriteFile(schema, text, 0o600); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ajv.ndjson")
	if err := os.WriteFile(file, append(bytes.Join(bodies, []byte("\n")), '\n'), 0o600); err != nil {
		return nil, err
	}
	// With several threads, one of them for garbage collection, it takes just
	// as long, and more processor time.
	cmd := exec.Command("node", "--single-threaded", "node/ajv.mjs", schema, file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &ajv{in: in, out: bufio.NewScanner(out)}
	for range 5 { // until its code is compiled
		if err := a.validate(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// validate validates all bodies once.
func (a *ajv) validate() error {
	if _, err := io.WriteString(a.in, "\n"); err != nil {
		return err
	}
	if !a.out.Scan() {
		return errors.New("ajv ended without a result")
	}
	took, err := time.ParseDuration(a.out.Text() + "us")
	a.used += took
	return err
}

// redocly returns a row for redocly drift with the HAR, which must have 10,000
// exchanges.
func redocly(name, description, har string) *process {
	return &process{
		name:    name,
		command: []string{"node/node_modules/.bin/redocly", "drift", har, "--api", description, "--server", "https://api.example.com/v1"},
		env:     []string{"REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true"},
		prepare: installNode,
		verify: func(out []byte, err error) error {
			var ended *exec.ExitError
			if errors.As(err, &ended) && ended.ExitCode() == 1 {
				err = nil // it found something
			}
			if err == nil && !bytes.Contains(out, []byte("Exchanges: total=10000 documented=10000")) {
				err = errors.New("it did not check all exchanges")
			}
			return err
		},
	}
}
