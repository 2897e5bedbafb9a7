package validator_test

import "testing"

func BenchmarkCheck(b *testing.B) {
	v := builtin(b)
	life := lifeOf("batch_1")
	b.SetBytes(int64(len(life[4].Response.Body.Bytes)))
	b.ReportAllocs()
	for b.Loop() {
		v.Check(life[4])
	}
}
