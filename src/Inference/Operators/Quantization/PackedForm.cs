using System.Security.Cryptography;
using Inference.Graph;

namespace Inference.Operators.Quantization;

/// <summary>Names of packed integer weights: two nodes may share weights and differ in their zero points.</summary>
internal static class PackedForm
{
    /// <summary>The name of a form with these zero points.</summary>
    public static string Name(string form, Tensor? zeroPoints) =>
        zeroPoints is null || zeroPoints.Bytes.IndexOfAnyExcept((byte)0) < 0 ? form : $"{form}:{Convert.ToHexString(SHA256.HashData(zeroPoints.Bytes))}";
}
