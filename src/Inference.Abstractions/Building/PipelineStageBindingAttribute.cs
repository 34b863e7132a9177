namespace Inference;

/// <summary>Names a <see cref="PipelineStageBinding"/> of the assembly. The source generator of the package Inference finds it during the build of a program and passes the class to <c>AddModels</c>.</summary>
/// <param name="binding">A public class that derives from <see cref="PipelineStageBinding"/> and has a public constructor without parameters.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class PipelineStageBindingAttribute(Type binding) : Attribute
{
    /// <summary>The class.</summary>
    public Type Binding { get; } = binding;
}
