package engine

import "github.com/plumbapi/plumb"

var scenarioUnmet = &Rule{
	ID:       "scenario-unmet",
	Severity: plumb.Error,
	Title:    "an answer is not what the scenario expects",
	Text: `A step of a scenario that ` + "`plumb probe`" + ` ran has a criterion of success, such as
the status 404 for a batch that there is not, and the answer does not meet it. A
client that does the same steps is let down by the server, even where the answer
has the form that the description gives it. The steps after it were not run.
Recordings have no scenarios: the rule finds nothing in them.`,
	Fix:     "Make the server answer as the step expects; or, where it need not, correct the criterion in the scenario.",
	Example: "POST /v1/batches/{batch_id}/cancel answers 500 where the step expects `$statusCode == 404`",
	run:     (*pass).reportDefects,
}
