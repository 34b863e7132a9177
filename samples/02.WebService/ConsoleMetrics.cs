using System.Globalization;
using System.Text;
using Inference.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace WebService;

/// <summary>OpenTelemetry metrics of the library, printed to the console; replace the exporter by the one your platform reads (OTLP, Prometheus).</summary>
internal sealed class ConsoleMetrics : IDisposable
{
    private readonly MeterProvider _provider;

    private ConsoleMetrics(MeterProvider provider) => _provider = provider;

    public static ConsoleMetrics Start(TimeSpan interval) => new(Sdk.CreateMeterProviderBuilder()
        .AddMeter(InferenceDiagnostics.MeterName)
        .AddReader(new PeriodicExportingMetricReader(new Exporter(), (int)interval.TotalMilliseconds))
        .Build());

    public void Dispose() => _provider.Dispose();

    private sealed class Exporter : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new StringBuilder("--- metrics\n");
            foreach (Metric metric in batch)
            {
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                {
                    text.Append(metric.Name);
                    foreach (KeyValuePair<string, object?> tag in point.Tags)
                    {
                        text.Append(' ').Append(tag.Key).Append('=').Append(tag.Value);
                    }

                    text.Append(": ").Append(Value(metric, point)).Append('\n');
                }
            }

            Console.Write(text);
            return ExportResult.Success;
        }

        private static string Value(Metric metric, in MetricPoint point) => metric.MetricType switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble().ToString(CultureInfo.InvariantCulture),
            MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
            MetricType.DoubleGauge => point.GetGaugeLastValueDouble().ToString(CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"count {point.GetHistogramCount()}, mean {point.GetHistogramSum() / Math.Max(1, point.GetHistogramCount()):G4} {metric.Unit}"),
        };
    }
}
