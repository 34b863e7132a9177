using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Load;
using Inference.Cli.Terminal;

namespace Inference.Benchmarks.Serving;

/// <summary>
/// <c>knee [--service-us 2000] [--seconds 2]</c>: what <c>inference load</c> finds of a runner that serves one call after the other in a known time, and whether a stall of 200 ms shows in p99; exit code 0 when
/// the knee is within 5 % and the stall shows.
/// </summary>
internal static class KneeCommand
{
    private const double Tolerance = 0.05;
    private static readonly TimeSpan s_stall = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(string[] args)
    {
        double service = Value(args, "--service-us", 2000);
        double seconds = Value(args, "--seconds", 2);
        using var runner = new OneAtATime(TimeSpan.FromMicroseconds(service));
        using LoadTarget target = Target(runner);
        using var progress = new WorkProgress(still: true);
        LoadResult curve = await new LoadTest(target, new LoadOptions(null, null, seconds, null, 1), progress).RunAsync(CancellationToken.None).ConfigureAwait(false);
        double known = 1 / runner.MeanService.TotalSeconds;
        double error = (curve.Knee!.Value / known) - 1;

        runner.StallOnce = s_stall;
        LoadResult stalled = await new LoadTest(target, new LoadOptions(known / 4, null, seconds, null, 1), progress).RunAsync(CancellationToken.None).ConfigureAwait(false);
        progress.End();
        double p99 = stalled.Points[0].Quantile(0.99) / 1000;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"service {runner.MeanService.TotalMicroseconds:F0} µs: {known:F1} calls/s; knee found: {curve.Knee:F1} ({error:+0.0%;-0.0%})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one stall of {s_stall.TotalMilliseconds:F0} ms in {seconds} s at a quarter of the knee: p50 {stalled.Points[0].Quantile(0.5) / 1000:F1} ms, p99 {p99:F1} ms"));
        return Math.Abs(error) <= Tolerance && p99 > s_stall.TotalMilliseconds / 2 ? 0 : 2;
    }

    private static double Value(string[] args, string name, double otherwise) => Array.IndexOf(args, name) is >= 0 and var i ? double.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;

    private static LoadTarget Target(OneAtATime runner) =>
        new("one at a time", isRemote: false, mayBatch: false, new NamedValues { ["x"] = TensorValue.Scalar(1f) }, "a scalar", _ => new ValueTask<IModelRunner>(new Shared(runner)));

    /// <summary>Serves calls on a thread of its own, each in the same time.</summary>
    private sealed class OneAtATime : IDisposable
    {
        private const int CallsBeforeStall = 20;
        private readonly BlockingCollection<TaskCompletionSource> _calls = [];
        private readonly TimeSpan _service;
        private long _ticks;
        private long _served;
        private int _beforeStall;

        public OneAtATime(TimeSpan service)
        {
            _service = service;
            new Thread(Serve) { IsBackground = true, Priority = ThreadPriority.Highest }.Start();
        }

        /// <summary>The mean of the times that calls took, as waits are not exact.</summary>
        public TimeSpan MeanService => Stopwatch.GetElapsedTime(0, _ticks / Math.Max(_served, 1));

        /// <summary>The time for which one of the next calls stalls: not the first ones, which warm up.</summary>
        public TimeSpan StallOnce { get; set; }

        public Task RunAsync()
        {
            var call = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _calls.Add(call);
            return call.Task;
        }

        public void Dispose() => _calls.CompleteAdding();

        private void Serve()
        {
            foreach (TaskCompletionSource call in _calls.GetConsumingEnumerable())
            {
                if (StallOnce > TimeSpan.Zero && ++_beforeStall == CallsBeforeStall)
                {
                    Thread.Sleep(StallOnce);
                    StallOnce = TimeSpan.Zero;
                }

                long start = Stopwatch.GetTimestamp();
                ShortWait.For(_service);
                call.SetResult();
                _ticks += Stopwatch.GetTimestamp() - start;
                _served++;
            }
        }
    }

    private sealed class Shared(OneAtATime server) : IModelRunner
    {
        public ModelInfo Info { get; } = new() { Name = "one", Digest = "", Inputs = [], Outputs = [] };

        public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            await server.RunAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return new NamedValues();
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
