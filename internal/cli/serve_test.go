package cli

import (
	"encoding/json"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plumbapi/plumb/internal/report"
)

// served is a command that runs in the background of a script.
type served struct {
	cmd  *exec.Cmd
	name string
}

// servedKey is the key under which a script keeps its served commands.
type servedKey struct{}

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+\S*[\w]`)

// serve NAME args... starts plumb, and sets the variable NAME to the URL on
// which it says that it listens, and NAME_ADDR to its host and port. Its output
// goes to NAME.out, its messages to NAME.err.
func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME args...")
	}
	name := args[0]
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	messages, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	cmd := exec.Command(programOf(ts, "plumb"), args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), out, messages
	cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	ts.Check(cmd.Start())
	running, _ := ts.Value(servedKey{}).(*[]served)
	*running = append(*running, served{cmd, name})
	for range 500 {
		text := ts.ReadFile(name+".out") + ts.ReadFile(name+".err")
		if url := listening.FindString(text); url != "" {
			at, err := neturl.Parse(url)
			ts.Check(err)
			ts.Setenv(name, url)
			ts.Setenv(name+"_ADDR", at.Host)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%v says no URL: %s", args, ts.ReadFile(name+".err"))
}

// programOf finds a program as the script would.
func programOf(ts *testscript.TestScript, program string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, program); isFile(path) {
			return path
		}
	}
	ts.Fatalf("there is no %s", program)
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// signals are the signals that a script can send.
var signals = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill}

// stop N [SIGNAL] sends a signal, by default INT, to the command that was
// started last, which must exit with status N.
func stop(ts *testscript.TestScript, neg bool, args []string) {
	running, _ := ts.Value(servedKey{}).(*[]served)
	args = append(args, "INT")
	signal, ok := signals[args[1]]
	if neg || len(args) > 3 || !ok || len(*running) == 0 {
		ts.Fatalf("usage: serve ... and then stop N [INT|TERM|HUP|KILL]")
	}
	last := (*running)[len(*running)-1]
	*running = (*running)[:len(*running)-1]
	ts.Check(last.cmd.Process.Signal(signal))
	status := "0"
	if err := last.cmd.Wait(); err != nil {
		status = exitStatus(err)
	}
	if status != args[0] {
		ts.Fatalf("exit status %s, want %s: %s", status, args[0], ts.ReadFile(last.name+".err"))
	}
}

// same A B compares two JSON reports, which must be equal except for places.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	var reports [2]report.Report
	for i, name := range args {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &reports[i]))
		for f := range reports[i].Findings {
			reports[i].Findings[f].Occurrences = nil
		}
	}
	if diff := cmp.Diff(reports[0], reports[1]); diff != "" {
		ts.Fatalf("the reports differ:\n%s", diff)
	}
}
