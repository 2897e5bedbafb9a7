package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// Bare bodies of several schemas become known, with a status and without, in any
// order.
func TestBareBodiesOfSeveralSchemas(t *testing.T) {
	v := jobsValidator(t)
	job, counts := `{"kind": "job", "left": 1}`, `{"kind": "counts", "left": 1}`
	for _, first := range []int{0, 200} {
		checker := v.NewStream().NewWorker()
		for _, x := range []*plumb.Exchange{
			bareBody(first, counts), bareBody(first, job), bareBody(200, counts), bareBody(200, job), bareBody(0, job), bareBody(0, counts), bareBody(200, job),
		} {
			for range 2 {
				checker.Check([]*plumb.Exchange{x}).Release()
			}
			b := checker.Check([]*plumb.Exchange{x})
			assert.Zero(t, b.Explained, "%s", x.Response.Body.Bytes)
			assert.Empty(t, b.Results[0].Findings)
			assert.Equal(t, 1, b.Results[0].Bodies)
		}
	}
}
