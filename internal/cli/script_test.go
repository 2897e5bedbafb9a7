package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"plumb": func() {
			os.Exit(Main(context.Background()))
		},
	})
}

// The scripts are what a user types, and what it prints. "status N" runs a
// command that must exit with status N.
func TestScripts(t *testing.T) {
	runScripts(t, testscript.Params{Dir: "testdata/script"})
}

// runScripts runs scripts with the commands that ours have.
func runScripts(t *testing.T, p testscript.Params) {
	p.UpdateScripts, p.RequireExplicitExec, p.RequireUniqueNames = *update, true, true
	p.Setup = func(env *testscript.Env) error {
		running := &[]served{}
		env.Values[servedKey{}] = running
		docs, err := filepath.Abs("../../docs")
		env.Setenv("DOCS", docs)
		env.Defer(func() {
			for _, s := range *running {
				_ = s.cmd.Process.Kill()
				_ = s.cmd.Wait()
			}
		})
		return err
	}
	p.Cmds = map[string]func(*testscript.TestScript, bool, []string){
		"serve":  serveCommand,
		"stop":   stop,
		"same":   same,
		"status": status,
	}
	testscript.Run(t, p)
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	status := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		status = exitStatus(err)
	}
	if status != args[0] {
		ts.Fatalf("exit status %s, want %s", status, args[0])
	}
}

func exitStatus(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}
