using Inference.Operators.Attention;

namespace Inference.Tests.Operators.Attention;

public sealed unsafe class RotaryCoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rotate_AnyLengthAlsoInPlace_EqualsFormula(bool interleaved)
    {
        var random = new Random(1);
        for (int half = 0; half < 40; half++)
        {
            int depth = (2 * half) + random.Next(3);
            float[] x = Numbers(random, depth), cos = Numbers(random, half), sin = Numbers(random, half);
            float[] want = [.. x];
            for (int i = 0; i < half; i++)
            {
                (int a, int b) = interleaved ? (2 * i, (2 * i) + 1) : (i, i + half);
                want[a] = (cos[i] * x[a]) - (sin[i] * x[b]);
                want[b] = (sin[i] * x[a]) + (cos[i] * x[b]);
            }

            float[] apart = new float[depth];
            fixed (float* px = x, py = apart, pc = cos, ps = sin)
            {
                RotaryCore.Rotate(px, py, pc, ps, 2 * half, depth, interleaved);
                RotaryCore.Rotate(px, px, pc, ps, 2 * half, depth, interleaved);
            }

            Assert.Equal(want, apart);
            Assert.Equal(want, x);
        }
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
