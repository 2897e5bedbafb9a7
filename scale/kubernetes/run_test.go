package kubernetes_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// job is what the test needs of a Job.
type job struct {
	Metadata struct{ Labels struct{ Step string } }
	Spec     struct {
		Completions, Parallelism int
		Template                 struct {
			Spec struct {
				Containers []struct {
					Command, Args []string
					VolumeMounts  []struct {
						MountPath string `yaml:"mountPath"`
						ReadOnly  bool   `yaml:"readOnly"`
					} `yaml:"volumeMounts"`
				}
			}
		}
	}
}

func readJobs(t *testing.T) (jobs []job) {
	file, err := os.Open("run.yaml")
	require.NoError(t, err)
	defer file.Close()
	for documents := yaml.NewDecoder(file); ; {
		var one job
		err := documents.Decode(&one)
		if errors.Is(err, io.EOF) {
			return jobs
		}
		require.NoError(t, err)
		require.Len(t, one.Spec.Template.Spec.Containers, 1)
		jobs = append(jobs, one)
	}
}

// The Jobs write the report of plumb check, though each of their pods is started twice,
// and pods are killed. The pods are processes with the very arguments of the Jobs, and
// folders in place of the volumes.
func TestJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts some hundred processes")
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1790000000")
	work := t.TempDir()
	bin := filepath.Join(work, "bin")
	out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "plumb"), "../../cmd/plumb").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))

	recordings := filepath.Join(work, "recordings")
	require.NoError(t, os.CopyFS(recordings, os.DirFS("../../fixtures/formats/ndjson")))
	require.NoError(t, os.CopyFS(recordings, os.DirFS("../../fixtures/recordings")))
	require.NoError(t, os.CopyFS(recordings, os.DirFS("../../fixtures/vendors")))
	files, err := filepath.Glob(filepath.Join(recordings, "*"))
	require.NoError(t, err)
	slices.Sort(files)
	var manifest bytes.Buffer
	for i, name := range files {
		fmt.Fprintf(&manifest, "%d\t%s\n", i, name)
	}
	require.NoError(t, os.Mkdir(filepath.Join(work, "plumb"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(work, "plumb", "manifest"), manifest.Bytes(), 0o644))

	r := rand.New(rand.NewPCG(7, 7))
	killed := 0
	jobs := readJobs(t)
	require.Len(t, jobs, 4)
	for _, one := range jobs {
		writable := map[string]bool{}
		for _, mount := range one.Spec.Template.Spec.Containers[0].VolumeMounts {
			writable[mount.MountPath] = !mount.ReadOnly
		}
		// The file system of the image is not writable.
		assert.Equal(t, map[string]bool{"/recordings": false, "/plumb": true, "/tmp": true}, writable, one.Metadata.Labels.Step)
		killed += start(t, work, &one, r)
	}
	assert.Positive(t, killed, "no pod was killed")

	want, _ := exec.Command("plumb", "check", "--quiet", "--fail-on", "never", "--format", "json", recordings).Output()
	require.NotEmpty(t, want)
	got, err := os.ReadFile(filepath.Join(work, "plumb", "report.json"))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
	left, err := filepath.Glob(filepath.Join(work, "plumb", "*"))
	require.NoError(t, err)
	assert.Len(t, left, 3, "left beside the manifest, the run and the report: %s", left)
}

// mostKilled is how many pods of a Job are killed.
const mostKilled = 5

// start runs a Job: each index twice, some at the same time, and again if it was killed.
// It returns how many pods it has killed.
func start(t *testing.T, work string, one *job, r *rand.Rand) (killed int) {
	container := one.Spec.Template.Spec.Containers[0]
	args := slices.Concat(container.Command, container.Args)
	for i := range args {
		args[i] = strings.NewReplacer("/plumb/", filepath.Join(work, "plumb")+"/", "/recordings", filepath.Join(work, "recordings")).Replace(args[i])
	}
	var todo []int
	for index := range one.Spec.Completions {
		todo = append(todo, index, index)
	}
	for len(todo) > 0 {
		now := todo[:min(3, len(todo))]
		todo = slices.Clone(todo[len(now):])
		pods := make([]*exec.Cmd, len(now))
		says := make([]bytes.Buffer, len(now))
		for i, index := range now {
			pods[i] = exec.Command(args[0], args[1:]...)
			pods[i].Env = append(os.Environ(), fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index))
			pods[i].Stderr = &says[i]
			require.NoError(t, pods[i].Start())
		}
		victim := -1
		if killed < mostKilled && r.IntN(2) == 0 {
			victim = r.IntN(len(now))
			time.Sleep(time.Duration(r.IntN(60)) * time.Millisecond)
			_ = pods[victim].Process.Signal(syscall.SIGKILL) // the shell has become plumb by exec
		}
		for i, pod := range pods {
			err := pod.Wait()
			var exit *exec.ExitError
			if i == victim && errors.As(err, &exit) && !exit.Exited() {
				killed++
				todo = append(todo, now[i])
				continue
			}
			require.NoError(t, err, "%s of index %d: %s", one.Metadata.Labels.Step, now[i], says[i].String())
		}
	}
	return killed
}
