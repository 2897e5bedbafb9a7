package expression

import (
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// The variables of an expression.
const (
	Self     = "self"     // the object that the schema describes
	OldSelf  = "oldSelf"  // the same resource in the previous response
	Request  = "request"  // method, path, query and params of the request
	Response = "response" // status of the response
)

// Variables holds the values of the variables.
type Variables struct {
	Self, OldSelf *jsonvalue.Value      // OldSelf is nil for expressions that do not use it
	Request       func() map[string]any // nil for expressions that do not use it
	Params        map[string]string     // of the path, which are a part of Request, too
	Status        int
	Filled        Filled // of a [Bound]
}

func (v *Variables) request() map[string]any {
	if v.Request == nil {
		return nil
	}
	return v.Request()
}

func (v *Variables) response() map[string]any { return map[string]any{"status": int64(v.Status)} }

// decoded returns the variables as CEL needs them.
func (v *Variables) decoded() map[string]any {
	all := map[string]any{Self: decoded(v.Self), Request: v.request(), Response: v.response()}
	if v.OldSelf != nil {
		all[OldSelf] = decoded(v.OldSelf)
	}
	return all
}

// decoded returns a value as CEL needs it. Members that are null are left out,
// so that has() reports whether there is a value.
func decoded(v *jsonvalue.Value) any {
	switch v.Kind {
	case jsonvalue.Bool:
		return v.True
	case jsonvalue.String:
		return v.Text
	case jsonvalue.Number:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return n
		}
		f, _ := strconv.ParseFloat(v.Text, 64)
		return f
	case jsonvalue.Array:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = decoded(item)
		}
		return items
	case jsonvalue.Object:
		members := make(map[string]any, len(v.Members))
		for _, m := range v.Members {
			if m.Value.Kind != jsonvalue.Null {
				members[m.Name] = decoded(m.Value)
			}
		}
		return members
	}
	return nil
}
