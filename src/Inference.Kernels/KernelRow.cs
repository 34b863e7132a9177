namespace Inference.Kernels;

/// <summary>A row of the inventory with its code.</summary>
/// <param name="Info">What is said of it.</param>
/// <param name="Code">Where its code is, or what gives its tiles; 0 for code that is assembled at run time and was not.</param>
internal readonly record struct KernelRow(KernelInfo Info, nint Code)
{
    /// <summary>Adds a row; returns whether its family now has a row that is used here.</summary>
    public static bool Add(List<KernelRow> to, string family, string name, IsaTier tier, bool supported, nint code, bool chosen)
    {
        to.Add(new KernelRow(new KernelInfo { Family = family, Name = name, Tier = tier, IsAvailable = supported, IsChosen = supported && !chosen }, code));
        return chosen || supported;
    }
}
