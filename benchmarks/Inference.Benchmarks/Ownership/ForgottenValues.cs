using System.Runtime.CompilerServices;
using Inference.Batching;
using Inference.Caching;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Benchmarks.Ownership;

/// <summary>Calls that dispose nothing: owned, borrowed, sliced and string inputs that nobody refers to but the call, and outputs read through a span alone. Each answer is checked.</summary>
internal static class ForgottenValues
{
    public static readonly string[] Paths = ["direct", "hosted", "batched", "cached", "bound"];

    public static async Task RunAsync(string path, bool compact, int threads, TimeSpan duration, OwnershipCounts counts)
    {
        ServiceProvider? services = null;
        IModelRunner numbers;
        IModelRunner strings;
        if (path is "direct" or "bound")
        {
            numbers = ModelRunner.Load(ModelSource.Bytes(OwnershipModel.Numbers()));
            strings = ModelRunner.Load(ModelSource.Bytes(OwnershipModel.Strings()));
        }
        else
        {
            services = Services(path);
            numbers = services.GetRequiredKeyedService<IModelRunner>("numbers");
            strings = services.GetRequiredKeyedService<IModelRunner>("strings");
        }

        using var stop = new CancellationTokenSource(duration);
        Thread? collector = compact ? Compaction.Start(stop.Token) : null;
        var callers = new Thread[threads];
        for (int t = 0; t < threads; t++)
        {
            int caller = t;
            callers[t] = new Thread(() => Call(path, numbers, strings, new Random(caller + 1), counts, stop.Token));
            callers[t].Start();
        }

        Array.ForEach(callers, c => c.Join());
        collector?.Join();
        numbers.Dispose();
        strings.Dispose();
        if (services is not null)
        {
            await services.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal static TensorValue Rows(int kind, ReadOnlySpan<int> rows, Random random)
    {
        float[] x = new float[rows.Length * OwnershipModel.Features];
        for (int i = 0; i < rows.Length; i++)
        {
            OwnershipModel.Row(rows[i]).CopyTo(x.AsSpan(i * OwnershipModel.Features));
        }

        if (kind == 0)
        {
            return TensorValue.Copy(x, [rows.Length, OwnershipModel.Features]);
        }

        if (kind == 1)
        {
            return TensorValue.Borrow<float>(x, [rows.Length, OwnershipModel.Features]);
        }

        // Rows of rows of a larger tensor that nobody keeps.
        int before = random.Next(1, 4);
        TensorValue all = TensorValue.Allocate(ElementType.Float32, [before + rows.Length + 1, OwnershipModel.Features]);
        all.AsWritableSpan<float>().Fill(-1f);
        x.CopyTo(all.AsWritableSpan<float>()[(before * OwnershipModel.Features)..]);
        return all.Rows(1, before + rows.Length).Rows(before - 1, rows.Length);
    }

    private static ServiceProvider Services(string path)
    {
        var services = new ServiceCollection();
        foreach ((string name, byte[] model) in new[] { ("numbers", OwnershipModel.Numbers()), ("strings", OwnershipModel.Strings()) })
        {
            var builder = services.AddModel(name, o => o.Source = ModelSource.Bytes(model));
            if (path == "batched")
            {
                builder.UseBatching(o =>
                {
                    o.MaxRows = 32;
                    o.StepAside = false;
                });
            }
            else if (path == "cached")
            {
                // Room for part of the rows only: hits and misses.
                builder.UseCaching(o =>
                {
                    o.MaxBytes = 256 << 10;
                    o.Adaptive = false;
                });
            }
        }

        return services.BuildServiceProvider();
    }

    private static void Call(string path, IModelRunner numbers, IModelRunner strings, Random random, OwnershipCounts counts, CancellationToken stop)
    {
        BoundRun? bound = path == "bound" ? numbers.Bind() : null;
        int[] rows = [];
        while (!stop.IsCancellationRequested)
        {
            rows = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(OwnershipModel.Rows))];
            int kind = random.Next(bound is null ? 4 : 3);
            try
            {
                bool right = bound is not null ? BoundCall(bound, kind, rows, random) : kind == 3 ? StringCall(strings, rows) : NumberCall(numbers, kind, rows, random);
                Interlocked.Increment(ref counts.Runs);
                Interlocked.Add(ref counts.Wrong, right ? 0 : 1);
            }
            catch (Exception exception)
            {
                counts.Note(exception);
            }
        }

        bound?.Dispose();
    }

    // The set, its values, the outputs: all are temporaries. What is left of them is a span.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool NumberCall(IModelRunner runner, int kind, int[] rows, Random random)
    {
        ReadOnlySpan<float> y = runner.Run(new NamedValues { ["x"] = Rows(kind, rows, random) })["y"].AsSpan<float>();
        return OwnershipModel.IsAnswer(y, rows);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool BoundCall(BoundRun bound, int kind, int[] rows, Random random)
    {
        bound.SetInput("x", Rows(kind, rows, random));
        bound.Run();
        return OwnershipModel.IsAnswer(bound.GetOutput("y").AsSpan<float>(), rows);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool StringCall(IModelRunner runner, int[] rows)
    {
        NamedValues outputs = runner.Run(new NamedValues { ["text"] = TensorValue.Copy(Array.ConvertAll(rows, OwnershipModel.Text), [rows.Length]) });
        ReadOnlySpan<string> copies = outputs["copy"].AsSpan<string>();
        ReadOnlySpan<long> codes = outputs["code"].AsSpan<long>();
        bool right = copies.Length == rows.Length && codes.Length == rows.Length;
        for (int i = 0; right && i < rows.Length; i++)
        {
            right = codes[i] == rows[i] && copies[i] == OwnershipModel.Text(rows[i]);
        }

        return right;
    }
}
