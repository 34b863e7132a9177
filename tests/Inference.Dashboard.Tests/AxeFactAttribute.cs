namespace Inference.Dashboard.Tests;

/// <summary>A test that needs a browser and rules of accessibility.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AxeFactAttribute : FactAttribute
{
    public AxeFactAttribute() => Skip = Axe.WhyNot;
}
