using Inference.Batching;
using Inference.Caching;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Benchmarks.Ownership;

/// <summary>
/// Calls whose values, sets, bound runs and runners are disposed, replaced, bound anew and cancelled by another thread at random moments. What comes must be the answer to
/// the rows that were asked, or of a bound run that two threads bind the answer to some rows, or a clear error.
/// </summary>
internal static class RandomMoments
{
    public static readonly string[] Paths = ["values", "batched", "cached", "bound", "runners"];

    public static void Run(string path, int threads, TimeSpan duration, OwnershipCounts counts)
    {
        using var stop = new CancellationTokenSource(duration);
        using var shared = new SharedRunner(path);
        var workers = new Thread[threads];
        for (int t = 0; t < threads; t += 2)
        {
            // Two threads at one piece of work: one calls, the other disturbs.
            var work = new SharedWork();
            int seed = t + 1;
            workers[t] = new Thread(() => Loop(new Random(seed), random => Call(path, shared, work, random, counts), counts, stop.Token));
            workers[Math.Min(t + 1, threads - 1)] = new Thread(() => Loop(new Random(-seed), random => Disturb(path, shared, work, random), counts, stop.Token));
        }

        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
    }

    private static void Loop(Random random, Action<Random> step, OwnershipCounts counts, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                step(random);
            }
            catch (Exception exception)
            {
                counts.Note(exception);
            }
        }
    }

    private static void Call(string path, SharedRunner shared, SharedWork work, Random random, OwnershipCounts counts)
    {
        int[] rows = RowsAtRandom(random);
        if (path == "bound")
        {
            BoundRun bound = work.Bound ??= shared.Runner.Bind();
            try
            {
                bound.SetInput("x", ForgottenValues.Rows(random.Next(3), rows, random));
                bound.Run(Token(work, random));
                using var copy = bound.GetOutput("y").Retain();
                Interlocked.Increment(ref counts.Runs);
                Interlocked.Add(ref counts.Wrong, OwnershipModel.IsSomeAnswer(copy.AsSpan<float>()) ? 0 : 1);
            }
            catch (ObjectDisposedException)
            {
                work.Bound = null;
                throw;
            }

            return;
        }

        using var cancel = new CancellationTokenSource();
        work.Cancel = cancel;
        var inputs = new NamedValues { ["x"] = ForgottenValues.Rows(random.Next(3), rows, random) };
        work.Rows = rows;
        work.Inputs = inputs;
        try
        {
            NamedValues outputs = shared.Runner.RunAsync(inputs, null, cancel.Token).AsTask().GetAwaiter().GetResult();
            bool right = OwnershipModel.IsAnswer(outputs["y"].AsSpan<float>(), rows);
            Interlocked.Increment(ref counts.Runs);
            Interlocked.Add(ref counts.Wrong, right ? 0 : 1);
            outputs.Dispose();
        }
        finally
        {
            work.Inputs = null;
            work.Cancel = null;
        }
    }

    private static void Disturb(string path, SharedRunner shared, SharedWork work, Random random)
    {
        // Not all the time a processor has: those who are to be disturbed need it.
        for (int i = 0; i < 20 && work.Inputs is null && work.Bound is null; i++)
        {
            Thread.Sleep(i < 10 ? 0 : 1);
        }

        Thread.SpinWait(random.Next(1000));
        if (path == "bound")
        {
            DisturbBound(work, random);
            return;
        }

        if (path == "runners" && random.Next(500) == 0)
        {
            shared.Replace();
        }

        NamedValues? inputs = work.Inputs;
        switch (random.Next(6))
        {
            case 0:
                inputs?.Dispose();
                break;
            case 1 when inputs is not null && inputs.TryGetValue("x", out ModelValue? value):
                value.Dispose();
                value.Dispose();
                break;
            case 2 when inputs is not null && work.Rows is { } rows:
                // Another value with the same contents: the answer stays the same.
                inputs.SetValue("x", ForgottenValues.Rows(random.Next(3), rows, random));
                break;
            case 3:
                try
                {
                    work.Cancel?.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The call has ended.
                }

                break;
            default:
                Thread.Sleep(random.Next(20) == 0 ? 1 : 0);

                // Takes the blocks that were freed, with contents of its own.
                using (TensorValue other = ForgottenValues.Rows(0, RowsAtRandom(random), random))
                {
                    other.AsWritableSpan<float>().Fill(-1f);
                }

                break;
        }
    }

    private static void DisturbBound(SharedWork work, Random random)
    {
        if (work.Bound is not { } bound)
        {
            return;
        }

        switch (random.Next(8))
        {
            case 0:
                bound.SetInput("x", ForgottenValues.Rows(random.Next(3), RowsAtRandom(random), random));
                break;
            case 1:
                bound.GetOutput("y").Dispose();
                break;
            case 2:
                bound.Run();
                break;
            case 3 when random.Next(50) == 0:
                bound.Dispose();
                break;
            case 4:
                bound.SetInput("x", bound.GetOutput("y"));
                break;
            default:
                using (TensorValue other = TensorValue.Allocate(ElementType.Float32, [random.Next(1, 9), OwnershipModel.Outputs]))
                {
                    other.AsWritableSpan<float>().Fill(-1f);
                }

                break;
        }
    }

    private static CancellationToken Token(SharedWork work, Random random)
    {
        if (random.Next(10) != 0)
        {
            return CancellationToken.None;
        }

        var cancel = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(1, 200)));
        work.Cancel = cancel;
        return cancel.Token;
    }

    private static int[] RowsAtRandom(Random random) => [.. Enumerable.Range(0, random.Next(1, 65)).Select(_ => random.Next(OwnershipModel.Rows))];

    /// <summary>What two threads work at.</summary>
    private sealed class SharedWork
    {
        private volatile NamedValues? _inputs;
        private volatile int[]? _rows;
        private volatile CancellationTokenSource? _cancel;
        private volatile BoundRun? _bound;

        public NamedValues? Inputs { get => _inputs; set => _inputs = value; }

        public int[]? Rows { get => _rows; set => _rows = value; }

        public CancellationTokenSource? Cancel { get => _cancel; set => _cancel = value; }

        public BoundRun? Bound { get => _bound; set => _bound = value; }
    }

    /// <summary>The runner of all threads; replaced and disposed under them on the path "runners".</summary>
    private sealed class SharedRunner : IDisposable
    {
        private readonly ServiceProvider? _services;
        private volatile IModelRunner _runner;

        public SharedRunner(string path)
        {
            if (path is "batched" or "cached")
            {
                var services = new ServiceCollection();
                var builder = services.AddModel("numbers", o => o.Source = ModelSource.Bytes(OwnershipModel.Numbers()));
                _ = path == "batched" ? builder.UseBatching(o => o.StepAside = false) : builder.UseCaching(o => o.Adaptive = false);
                _services = services.BuildServiceProvider();
                _runner = _services.GetRequiredKeyedService<IModelRunner>("numbers");
            }
            else
            {
                _runner = Load();
            }
        }

        public IModelRunner Runner => _runner;

        public void Replace()
        {
            IModelRunner before = _runner;
            _runner = Load();
            before.Dispose();
        }

        public void Dispose()
        {
            _runner.Dispose();
            _services?.Dispose();
        }

        private static IModelRunner Load() => ModelRunner.Load(ModelSource.Bytes(OwnershipModel.Numbers()));
    }
}
