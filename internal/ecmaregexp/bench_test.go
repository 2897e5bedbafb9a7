package ecmaregexp

import "testing"

func BenchmarkMatch(b *testing.B) {
	for _, c := range []struct{ name, pattern, text string }{
		{"RE2", `^[a-z][a-z0-9-]{0,30}[a-z0-9]$`, "batch-6746d1c0aabd8190"},
		{"look-ahead", `^(?!x-)[a-z0-9-]+$`, "batch-6746d1c0aabd8190"},
		{"password", `^(?=.*\d)(?=.*[a-z])(?!.*\s).{8,64}$`, "batch-6746d1c0aabd8190"},
		{"back-reference", `^(["'])[^"']*\1$`, "'batch-6746d1c0aabd8190'"},
		{"large count", `^\p{ASCII}{0,8192}$`, "batch-6746d1c0aabd8190"},
	} {
		re, err := Compile(c.pattern)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if matched, decided := re.Match(c.text); !matched || !decided {
					b.Fatal(matched, decided)
				}
			}
		})
	}
}
