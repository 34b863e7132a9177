namespace Inference.AspNetCore.Models;

/// <summary>What the server says of itself.</summary>
internal static class ServerIdentity
{
    /// <summary>The version of this package.</summary>
    public static string Version { get; } = typeof(ServerIdentity).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The extensions of the protocol that the server has.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["binary_tensor_data", "classification", "parameters", "schedule_policy", "sequence", "statistics", "model_repository"];
}
