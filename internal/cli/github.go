package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
)

// tellGitHub gives the GitHub job in which plumb runs the counts, as outputs of
// the step, and the report, as the summary of the step, if the environment
// names the files for them.
func (a *app) tellGitHub(r *report.Report) error {
	var summary strings.Builder
	if err := format.Write(&summary, "markdown", r, format.View{}); err != nil {
		return err
	}
	return errors.Join(
		a.appendTo("GITHUB_OUTPUT", format.Outputs(r)),
		a.appendTo("GITHUB_STEP_SUMMARY", summary.String()),
	)
}

// appendTo appends a text to the file that an environment variable names.
func (a *app) appendTo(variable, text string) error {
	name := a.getenv(variable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return nil
}
