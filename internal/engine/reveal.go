package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/spec"
)

// Reveal adds the credentials to the secrets of an exchange that only the description
// shows: the values of the parameters in its path that have the name of a credential, such
// as /password-resets/{token}. It must be called before anything is written of the
// exchange, and not while that is checked.
func (v *Validator) Reveal(x *plumb.Exchange) {
	if len(v.secretPaths) == 0 || x.Request.URL == "" {
		return
	}
	match := v.router.FindAt(x.Request.Target, x.Request.Method, x.Request.URL)
	for _, name := range v.secretPaths[match.Path] {
		if value := match.Params[name]; value != "" {
			x.Secrets = append(x.Secrets, value)
		}
	}
}

var pathParameter = lazyregexp.New(`\{([^{}]+)\}`)

// secretPaths returns the parameters that are credentials, by the templates of paths that
// have some.
func secretPaths(operations []*spec.Operation) map[string][]string {
	all := map[string][]string{}
	for _, op := range operations {
		if all[op.Path] != nil {
			continue
		}
		for _, m := range pathParameter().FindAllStringSubmatch(op.Path, -1) {
			if redact.SecretParameter(m[1]) {
				all[op.Path] = append(all[op.Path], m[1])
			}
		}
	}
	return all
}
