using System.Text.Json;
using System.Text.RegularExpressions;
using TestData = Inference.TestSupport.TestData;

namespace Inference.PublicApi.Tests;

/// <summary>The dashboard of the monitoring package asks for instruments that there are, by the names that Prometheus gives them.</summary>
public sealed partial class GrafanaTests
{
    [Fact]
    public void Dashboard_Queries_NameDocumentedInstruments()
    {
        string telemetry = File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "docs", "telemetry.md"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(telemetry))
        {
            // Counters end in _total; some exporters add _ratio to gauges of unit 1.
            string name = row.Groups[1].Value.Replace('.', '_');
            names.Add(row.Groups[2].Value == "Counter" ? name + "_total" : row.Groups[3].Value == "1" ? name + "(_ratio)?" : name);
        }

        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "src", "Inference.Monitoring", "grafana", "inference-monitoring.json")));
        string[] queries = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(static p => p.GetProperty("targets").EnumerateArray()).Select(static t => t.GetProperty("expr").GetString()!)];
        Assert.True(queries.Length >= 10);
        foreach (string query in queries)
        {
            string[] asked = [.. Metric().Matches(query).Select(static m => m.Value)];
            Assert.NotEmpty(asked);
            Assert.All(asked, name => Assert.Contains(name, names));
        }
    }

    [GeneratedRegex(@"^\| `(inference\.[a-z._]+)` \| (\w+) \| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"inference_monitoring_[a-z_]+(\(_ratio\)\?)?")]
    private static partial Regex Metric();
}
