// cAdvisor from its own library, for tests where its image cannot be had: the options that the component sets, its
// collector, /metrics. Its web page, its other interfaces and its storage drivers are left out.
package main

import (
	"flag"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	_ "github.com/google/cadvisor/container/docker/install"
	v2 "github.com/google/cadvisor/info/v2"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

func main() {
	address := flag.String("listen", ":8080", "where /metrics is served")
	all := flag.Bool("store_container_labels", true, "every label of a container becomes one of its series")
	some := flag.String("whitelisted_container_labels", "", "the labels that do, separated by commas")
	disabled := flag.String("disable_metrics", "", "kinds of metrics that are left out, separated by commas")
	flag.Parse()

	// What cAdvisor leaves out unless it is told otherwise.
	kinds := container.MetricSet{}
	for kind := range container.AllMetrics {
		kinds[kind] = struct{}{}
	}
	for _, kind := range strings.Split("advtcp,cpu_topology,cpuset,hugetlb,memory_numa,process,referenced_memory,resctrl,sched,tcp,udp,"+*disabled, ",") {
		delete(kinds, container.MetricKind(kind))
	}
	watched, err := manager.New(memory.New(2*time.Minute, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, kinds, http.DefaultClient, []string{""}, []string{""}, "", 0)
	if err == nil {
		err = watched.Start()
	}
	if err != nil {
		log.Fatal(err)
	}
	labels := metrics.DefaultContainerLabels
	if !*all {
		labels = metrics.BaseContainerLabels(strings.Split(*some, ","))
	}
	options := v2.RequestOptions{IdType: v2.TypeName, Count: 1, Recursive: true}
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		metrics.NewPrometheusCollector(watched, labels, kinds, clock.RealClock{}, options),
		metrics.NewPrometheusMachineCollector(watched, kinds),
	)
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { _, _ = answer.Write([]byte("ok\n")) })
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	log.Fatal(http.ListenAndServe(*address, nil))
}
