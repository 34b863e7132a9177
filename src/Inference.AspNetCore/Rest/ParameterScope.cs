namespace Inference.AspNetCore.Rest;

/// <summary>What an object of parameters belongs to.</summary>
internal enum ParameterScope
{
    Request,
    Input,
    Output,
}
