package format

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/setuptest"
)

// browser is the one Chromium of all tests; nil where there is none.
var browser struct {
	sync.Once
	ctx  context.Context
	stop func()
	err  error
}

// chromium returns the program: the one that PLUMB_CHROMIUM names, or the first
// that is installed.
func chromium() (string, error) {
	if name := os.Getenv("PLUMB_CHROMIUM"); name != "" {
		return name, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium, chromium-browser or google-chrome is on the PATH, and PLUMB_CHROMIUM is not set")
}

func startBrowser() {
	program, err := chromium()
	if err != nil {
		browser.err = err
		return
	}
	dir, err := os.MkdirTemp("", "plumb-chromium-")
	if err != nil {
		browser.err = err
		return
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(program), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.Headless, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.CombinedOutput(io.Discard), chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewContext(alloc)
	browser.ctx = ctx
	browser.stop = func() {
		cancel()
		stop()
		os.RemoveAll(dir)
	}
	browser.err = chromedp.Do(ctx) // starts it
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

// tab is a page that is open in the browser, and what it did that it must not.
type tab struct {
	t        *testing.T
	ctx      context.Context
	mu       sync.Mutex
	requests []string // beside that of the page
	trouble  []string // exceptions, dialogs, and what the browser refused
}

// open opens a page from a file, as a user would.
func open(t *testing.T, html string) *tab {
	t.Helper()
	browser.Do(startBrowser)
	if browser.ctx == nil {
		setuptest.Skip(t, browser.err)
	}
	require.NoError(t, browser.err)
	name := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(name, []byte(html), 0o600))

	ctx, cancel := chromedp.NewContext(browser.ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx)) // opens the tab, which must outlive no timeout
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	url := "file://" + name
	require.NoError(t, chromedp.Listen(ctx, func(event any) { b.take(url, event) }))
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url))
	return b
}

// take writes down an event that should not be.
func (b *tab) take(url string, event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Request.URL != url {
			b.requests = append(b.requests, e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		b.trouble = append(b.trouble, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.trouble = append(b.trouble, "console."+string(e.Type))
	case *log.EventEntryAdded:
		b.trouble = append(b.trouble, e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		b.trouble = append(b.trouble, "dialog: "+e.Message)
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		}()
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
	return result
}

// eval returns the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return value
}

// quiet checks that the page fetched nothing and that nothing went wrong.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.requests, "the page fetched something")
	require.Empty(b.t, b.trouble)
}

// choose makes a choice in one of the filters, as a user's click does.
func (b *tab) choose(filter, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(`#filters [name="`+filter+`"]`), value))
	eval[any](b, `document.getElementById("filters").dispatchEvent(new Event("input"))`)
}

// wait waits until an expression is true.
func (b *tab) wait(condition string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](condition))
	require.NoError(b.t, err, condition)
}
