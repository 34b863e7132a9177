using System.Globalization;

namespace Inference.Orleans.Grains;

/// <summary>The key of a replica: <c>{model}/{n}</c>, n from 0. Names of models may have slashes.</summary>
internal static class ReplicaKey
{
    public static string Of(string model, int number) => string.Create(CultureInfo.InvariantCulture, $"{model}/{number}");

    public static (string Model, int Number) Parse(string key)
    {
        int slash = key.LastIndexOf('/');
        return (key[..slash], int.Parse(key.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
