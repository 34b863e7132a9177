using Inference.Rows;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class RealModelTests
{
    [SharedDataFact("models/mnist_mlp")]
    public async Task MnistMlp_ConcurrentCallers_GetWhatAloneTheyWouldGet()
    {
        // The first of several batch sizes may take another kernel: the bound is that of the model's own test data.
        using IModelRunner alone = ModelRunner.Load(TestData.Path("models", "mnist_mlp"));
        using IModelRunner batched = ModelRunner.Load(TestData.Path("models", "mnist_mlp"), new ModelLoadOptions { AssertRowIndependent = true })
            .AsBuilder().UseBatching(o =>
            {
                o.MaxRows = 16;
                o.StepAside = false;
            }).Build();
        ModelPort port = alone.Info.Inputs[0];
        long[] shape = [1, .. port.Type.Shape!.Skip(1).Select(d => d.Size!.Value)];
        var inputs = new NamedValues[64];
        var random = new Random(1);
        for (int i = 0; i < inputs.Length; i++)
        {
            float[] pixels = new float[TensorShape.Count(shape)];
            for (int p = 0; p < pixels.Length; p++)
            {
                pixels[p] = random.NextSingle();
            }

            inputs[i] = new NamedValues { [port.Name] = TensorValue.Copy<float>(pixels, shape) };
        }

        Task<NamedValues>[] calls = [.. inputs.Select(x => Task.Run(() => batched.RunAsync(x).AsTask()))];
        for (int i = 0; i < calls.Length; i++)
        {
            using NamedValues got = await Eventually.CompletesAsync(calls[i]);
            using NamedValues want = alone.Run(inputs[i]);
            Assert.Equal(BatchRows.Count(want), BatchRows.Count(got));
            float[] expected = ((TensorValue)want.GetAt(0).Value).AsSpan<float>().ToArray();
            float[] actual = ((TensorValue)got.GetAt(0).Value).AsSpan<float>().ToArray();
            for (int e = 0; e < expected.Length; e++)
            {
                Assert.Equal(expected[e], actual[e], 1e-4 + (1e-3 * Math.Abs(expected[e])));
            }
        }
    }
}
