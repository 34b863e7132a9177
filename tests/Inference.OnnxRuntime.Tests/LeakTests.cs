using System.Globalization;
using Inference.OnnxRuntime.Tests.Support;
using Xunit.Abstractions;

namespace Inference.OnnxRuntime.Tests;

[Collection(AloneCollection.Name)]
public class LeakTests(ITestOutputHelper output)
{
    private const int DefaultCycles = 2000;
    private const int WarmUpCycles = 500;

    // The C library's heap holds the JIT's work too, which comes and goes by some MiB while code is being tiered up. A leaked session takes over 50 KiB, which 2,000 cycles
    // turn into 100 MiB; a leaked value's header takes over 100 bytes, which 100,000 cycles turn into 10 MiB.
    private const long AllowedHeapBytes = 8 << 20;

    // The resident set also holds the managed heap and what the C library keeps for reuse; it settles 20 MiB above the start after 10,000 cycles and stays there.
    private const long AllowedResidentBytes = 48 << 20;

    /// <summary>Create, run, dispose: memory stays flat. <c>eng/leak.sh N</c> sets another number of cycles.</summary>
    [OrtFact]
    public void CreateRunDispose_ManyCycles_MemoryStaysFlat()
    {
        int cycles = int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_LEAK_CYCLES"), CultureInfo.InvariantCulture, out int set) ? set : DefaultCycles;
        Cycle(WarmUpCycles);
        (long resident, long? heap) before = Measure();
        Cycle(cycles);
        (long resident, long? heap) after = Measure();
        long residentGrowth = after.resident - before.resident;
        long heapGrowth = (after.heap - before.heap) ?? 0;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cycles} cycles: native heap in use {heapGrowth:+0;-0} bytes ({heapGrowth / (double)cycles:F2} a cycle), resident {before.resident >> 10} -> {after.resident >> 10} KiB"));
        Assert.True(heapGrowth < AllowedHeapBytes, $"{cycles} cycles grew the native heap in use by {heapGrowth} bytes, {AllowedHeapBytes} allowed.");
        Assert.True(residentGrowth < AllowedResidentBytes, $"{cycles} cycles grew resident memory by {residentGrowth} bytes, {AllowedResidentBytes} allowed.");
    }

    private static void Cycle(int count)
    {
        var options = new OnnxRuntimeOptions { IntraOpThreads = 1 };
        for (int i = 0; i < count; i++)
        {
            using OrtModel model = OrtModel.Load(Models.AddOne, options);
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[8 + (2 * (i % 3))], [4 + (i % 3), 2]) };
            using var cancellation = new CancellationTokenSource();
            using NamedValues first = model.Run(inputs);
            using NamedValues second = model.Run(inputs, cancellation.Token);

            // Failed runs and failed loads must give back what they took.
            using var wrong = new NamedValues { ["x"] = TensorValue.Copy(new float[3], [1, 3]) };
            Assert.Throws<InvalidInputException>(() => model.Run(wrong));
            if (i % 16 == 0)
            {
                Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load([1, 2, 3], options));
            }
        }
    }

    private static (long Resident, long? Heap) Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return (process.WorkingSet64, NativeHeap.BytesInUse());
    }
}
