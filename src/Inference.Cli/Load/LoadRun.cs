using System.Diagnostics;

namespace Inference.Cli.Load;

/// <summary>
/// One measurement of a runner. Calls at a rate are made at random times (a Poisson process) that do not depend on answers, and each latency counts from the intended time: what waits in front of a slow server
/// is counted, and so is a generator that is late.
/// </summary>
internal sealed class LoadRun
{
    // Above so many calls without an answer, further ones are not made: the measurement ends, and memory is bounded.
    private const int MostInFlight = 10_000;

    // The first quarter of the time is left out of the throughput: queues fill.
    private const double Settling = 0.25;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(2);

    private readonly IModelRunner _runner;
    private readonly NamedValues _inputs;
    private readonly TimeSpan _duration;
    private readonly List<double> _latencies = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<long, long> _open = [];
    private readonly CancellationTokenSource _stop;
    private long _begun;
    private long _settled;
    private long _end;
    private long _answered;
    private long _failed;
    private long _refused;
    private long _notSent;
    private long _next;
    private int _inFlight;
    private string? _error;

    private LoadRun(IModelRunner runner, NamedValues inputs, TimeSpan duration, CancellationToken cancellationToken)
    {
        (_runner, _inputs, _duration) = (runner, inputs, duration);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Makes calls at a rate.</summary>
    /// <param name="runner">What is called.</param>
    /// <param name="inputs">The inputs of each call.</param>
    /// <param name="rate">Calls a second.</param>
    /// <param name="duration">The duration.</param>
    /// <param name="seed">Of the intended times.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<LoadPoint> AtRateAsync(IModelRunner runner, NamedValues inputs, double rate, TimeSpan duration, int seed, CancellationToken cancellationToken) =>
        new LoadRun(runner, inputs, duration, cancellationToken).MeasureAsync(run =>
        {
            var dispatched = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() =>
            {
                run.Dispatch(rate, new Random(seed));
                dispatched.SetResult(rate);
            })
            {
                IsBackground = true,
                Priority = ThreadPriority.AboveNormal,
                Name = "load",
            }.Start();
            return dispatched.Task;
        });

    /// <summary>Lets callers call, each as soon as it has its answer.</summary>
    public static Task<LoadPoint> WithCallersAsync(IModelRunner runner, NamedValues inputs, int callers, TimeSpan duration, CancellationToken cancellationToken) =>
        new LoadRun(runner, inputs, duration, cancellationToken).MeasureAsync(async run =>
        {
            var tasks = new Task[callers];
            for (int i = 0; i < callers; i++)
            {
                tasks[i] = Task.Run(async () =>
                {
                    while (Stopwatch.GetTimestamp() is var now && now < run._end && !run._stop.IsCancellationRequested)
                    {
                        await run.CallAsync(run.Begin(now), now).ConfigureAwait(false);

                        // Of callers whose calls complete at once, each has its turn.
                        await Task.Yield();
                    }
                }, CancellationToken.None);
            }

            await Task.WhenAll(tasks).ConfigureAwait(false);
            return double.NaN;
        });

    private async Task<LoadPoint> MeasureAsync(Func<LoadRun, Task<double>> make)
    {
        using (_stop)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            _begun = Stopwatch.GetTimestamp();
            _end = _begun + (long)(_duration.TotalSeconds * Stopwatch.Frequency);
            _settled = _begun + (long)(_duration.TotalSeconds * Settling * Stopwatch.Frequency);
            double offered = await make(this).ConfigureAwait(false);
            double processors = (Process.GetCurrentProcess().TotalProcessorTime - before) / Stopwatch.GetElapsedTime(_begun);
            await DrainAsync().ConfigureAwait(false);
            lock (_lock)
            {
                long now = Stopwatch.GetTimestamp();
                int unanswered = _open.Count;
                foreach (long intended in _open.Values)
                {
                    _latencies.Add(Microseconds(now - intended));
                }

                _open.Clear();
                double[] latencies = [.. _latencies];
                Array.Sort(latencies);
                double throughput = _answered / (_duration.TotalSeconds * (1 - Settling));
                return new LoadPoint(double.IsNaN(offered) ? throughput : offered, throughput, latencies, _failed, _refused, _notSent, unanswered, processors, _error);
            }
        }
    }

    private void Dispatch(double rate, Random random)
    {
        double at = _begun;
        while (!_stop.IsCancellationRequested)
        {
            // 1 − NextDouble is never 0.
            at += -Math.Log(1 - random.NextDouble()) / rate * Stopwatch.Frequency;
            long intended = (long)at;
            if (intended >= _end)
            {
                return;
            }

            while (Stopwatch.GetTimestamp() is var now && now < intended && !_stop.IsCancellationRequested)
            {
                ShortWait.For(Stopwatch.GetElapsedTime(now, intended));
            }

            if (Volatile.Read(ref _inFlight) >= MostInFlight)
            {
                _notSent++;
                continue;
            }

            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Run.CallAsync(state.Call, state.Intended), (Run: this, Call: Begin(intended), Intended: intended), preferLocal: false);
        }
    }

    // A call that waits for a thread is in flight too.
    private long Begin(long intended)
    {
        Interlocked.Increment(ref _inFlight);
        long call = Interlocked.Increment(ref _next);
        lock (_lock)
        {
            _open.Add(call, intended);
        }

        return call;
    }

    private async Task CallAsync(long call, long intended)
    {
        bool answered = false;
        try
        {
            using NamedValues outputs = await _runner.RunAsync(_inputs, null, _stop.Token).ConfigureAwait(false);
            answered = true;
        }
        catch (OverloadedException exception)
        {
            Interlocked.Increment(ref _refused);
            Interlocked.CompareExchange(ref _error, exception.Message, null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The measurement ended; the call counts as not answered.
            Interlocked.Decrement(ref _inFlight);
            return;
        }
#pragma warning disable CA1031 // Whatever goes wrong is a failed call.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref _failed);
            Interlocked.CompareExchange(ref _error, exception.Message, null);
        }

        long now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            if (_open.Remove(call) && answered)
            {
                _latencies.Add(Microseconds(now - intended));
                if (now >= _settled && now < _end)
                {
                    _answered++;
                }
            }
        }

        Interlocked.Decrement(ref _inFlight);
    }

    private async Task DrainAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _inFlight) > 0 && Stopwatch.GetElapsedTime(start) < s_drain && !_stop.IsCancellationRequested)
        {
            await Task.Delay(s_look, TimeProvider.System).ConfigureAwait(false);
        }

        if (Volatile.Read(ref _inFlight) > 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);

            // What does not obey is waited for no longer than a call may take to notice.
            for (long stopped = Stopwatch.GetTimestamp(); Volatile.Read(ref _inFlight) > 0 && Stopwatch.GetElapsedTime(stopped) < s_drain;)
            {
                await Task.Delay(s_look, TimeProvider.System).ConfigureAwait(false);
            }
        }
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
