namespace Inference.Kernels.Tests.Covering;

/// <summary>States which kernels a class runs covering arrays over.</summary>
/// <param name="type">The class that runs them.</param>
/// <param name="families">Their families in the inventory.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class CoversAttribute(Type type, params string[] families) : Attribute
{
    public Type Type => type;

    public string[] Families => families;
}
