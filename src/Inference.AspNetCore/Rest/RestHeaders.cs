namespace Inference.AspNetCore.Rest;

/// <summary>Header names of the protocol.</summary>
internal static class RestHeaders
{
    /// <summary>The number of bytes of the JSON part of a body with raw bytes.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";
}
