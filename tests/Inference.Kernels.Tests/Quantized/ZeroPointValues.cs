namespace Inference.Kernels.Tests.Quantized;

internal static class ZeroPointValues
{
    /// <summary>Zero points of <paramref name="count"/> columns.</summary>
    public static int[] Of(this ZeroPoints kind, bool signed, int count) => kind switch
    {
        ZeroPoints.None => [],
        ZeroPoints.Symmetric => [signed ? 0 : 128],
        ZeroPoints.One => [signed ? -3 : 130],
        _ => [.. Enumerable.Range(0, count).Select(j => signed ? (j % 50) - 20 : 100 + (j % 50))],
    };
}
