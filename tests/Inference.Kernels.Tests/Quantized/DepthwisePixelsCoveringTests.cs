using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class DepthwisePixelsCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Run_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("depthwise_u8s8 tiers", 3);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<int> tapCount = space.Add("taps", 2, 4, 10, 26, 64, 66);
        Option<int> channelCount = space.Add("channels", 1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 100);
        Option<int> pixelCount = space.Add("pixels", 1, 2, 3, 5, 16);
        Option<int> stride = space.Add("stride", 1, 2);
        Option<int> padPitch = space.Add("pitch", 0, 3, 16);
        Option<bool> signed = space.Add("signed", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int taps, int channels, int pixels) = (tapCount.Value, channelCount.Value, pixelCount.Value);
            int step = stride.Value * channels;
            int pitch = channels + padPitch.Value;
            int reach = ((pixels - 1) * step) + channels;
            using NativeArray<byte> x = Fill.Bytes(taps * reach, seed, offset.Value);
            using NativeArray<int> values = Fill.Ints(taps * channels, seed + 1, -255, 256);
            using var weights = new NativeArray<short>(taps * channels);
            using NativeArray<int> init = Fill.Ints(channels, seed + 2, -100000, 100000);
            using var sums = new NativeArray<int>(pixels * pitch);
            using var rows = new NativeArray<nint>(taps);
            for (int i = 0; i < weights.Length; i++)
            {
                // [taps/2][channels][2]
                int tap = i / channels;
                weights.Span[(((tap / 2 * channels) + (i % channels)) * 2) + (tap % 2)] = (short)values[i];
            }

            for (int tap = 0; tap < taps; tap++)
            {
                rows.Span[tap] = (nint)(x.Pointer + (tap * reach));
            }

            DepthwisePixels.Run((byte**)rows.Pointer, step, pixels, taps, weights.Pointer, init.Pointer, sums.Pointer, pitch, channels, signed.Value, limit.Value);
            for (int i = 0; i < pixels * channels; i++)
            {
                int c = i % channels;
                int want = init[c];
                for (int tap = 0; tap < taps; tap++)
                {
                    byte raw = x[(tap * reach) + (i / channels * step) + c];
                    want += (signed.Value ? (sbyte)raw : raw) * values[(tap * channels) + c];
                }

                Assert.Equal(want, sums[(i / channels * pitch) + c]);
            }

            sums.AssertIntact();
        });
    }
}
