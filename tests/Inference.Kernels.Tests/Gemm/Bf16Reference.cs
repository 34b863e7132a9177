namespace Inference.Kernels.Tests.Gemm;

/// <summary>bf16 by its definition: 8 significant bits, halves to even; numbers below the normal ones are zero.</summary>
internal static class Bf16Reference
{
    public static double Round(float x)
    {
        if (!float.IsFinite(x) || x == 0f)
        {
            return x;
        }

        double unit = Math.ScaleB(1, Math.ILogB(x) - 7);
        double rounded = Math.Round(x / unit, MidpointRounding.ToEven) * unit;
        return Math.Abs(rounded) < Math.ScaleB(1, -126) ? 0 : Math.Abs(rounded) >= Math.ScaleB(1, 128) ? double.CopySign(double.PositiveInfinity, x) : rounded;
    }
}
