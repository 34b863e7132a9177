namespace Inference.OnnxRuntime.Native;

/// <summary>Session and threading options, what the library was built with.</summary>
internal sealed unsafe partial class OrtApi
{
    public delegate* unmanaged<nint*, nint> CreateSessionOptions { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseSessionOptions { get; private set; }

    public delegate* unmanaged<nint, void*, nint> SetOptimizedModelFilePath { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetSessionExecutionMode { get; private set; }

    public delegate* unmanaged<nint, nint> DisableMemPattern { get; private set; }

    public delegate* unmanaged<nint, nint> DisableCpuMemArena { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetSessionLogSeverityLevel { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetInterOpNumThreads { get; private set; }

    public delegate* unmanaged<nint, byte*, long, nint> AddFreeDimensionOverrideByName { get; private set; }

    public delegate* unmanaged<nint, nint> DisablePerSessionThreads { get; private set; }

    public delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry { get; private set; }

    public delegate* unmanaged<nint, byte*, byte**, byte**, nuint, nint> SessionOptionsAppendExecutionProvider { get; private set; }

    public delegate* unmanaged<nint*, nint> CreateThreadingOptions { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseThreadingOptions { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetGlobalIntraOpNumThreads { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetGlobalInterOpNumThreads { get; private set; }

    public delegate* unmanaged<nint, int, nint> SetGlobalSpinControl { get; private set; }

    public delegate* unmanaged<byte***, int*, nint> GetAvailableProviders { get; private set; }

    public delegate* unmanaged<byte**, int, nint> ReleaseAvailableProviders { get; private set; }

    public delegate* unmanaged<byte*> GetBuildInfoString { get; private set; }

    private void BindOptions(nint* table)
    {
        CreateSessionOptions = (delegate* unmanaged<nint*, nint>)table[ApiSlot.CreateSessionOptions];
        ReleaseSessionOptions = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseSessionOptions];
        SetOptimizedModelFilePath = (delegate* unmanaged<nint, void*, nint>)table[ApiSlot.SetOptimizedModelFilePath];
        SetSessionExecutionMode = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetSessionExecutionMode];
        DisableMemPattern = (delegate* unmanaged<nint, nint>)table[ApiSlot.DisableMemPattern];
        DisableCpuMemArena = (delegate* unmanaged<nint, nint>)table[ApiSlot.DisableCpuMemArena];
        SetSessionLogSeverityLevel = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetSessionLogSeverityLevel];
        SetSessionGraphOptimizationLevel = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetSessionGraphOptimizationLevel];
        SetIntraOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetIntraOpNumThreads];
        SetInterOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetInterOpNumThreads];
        AddFreeDimensionOverrideByName = (delegate* unmanaged<nint, byte*, long, nint>)table[ApiSlot.AddFreeDimensionOverrideByName];
        DisablePerSessionThreads = (delegate* unmanaged<nint, nint>)table[ApiSlot.DisablePerSessionThreads];
        AddSessionConfigEntry = (delegate* unmanaged<nint, byte*, byte*, nint>)table[ApiSlot.AddSessionConfigEntry];
        SessionOptionsAppendExecutionProvider = (delegate* unmanaged<nint, byte*, byte**, byte**, nuint, nint>)table[ApiSlot.SessionOptionsAppendExecutionProvider];
        CreateThreadingOptions = (delegate* unmanaged<nint*, nint>)table[ApiSlot.CreateThreadingOptions];
        ReleaseThreadingOptions = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseThreadingOptions];
        SetGlobalIntraOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetGlobalIntraOpNumThreads];
        SetGlobalInterOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetGlobalInterOpNumThreads];
        SetGlobalSpinControl = (delegate* unmanaged<nint, int, nint>)table[ApiSlot.SetGlobalSpinControl];
        GetAvailableProviders = (delegate* unmanaged<byte***, int*, nint>)table[ApiSlot.GetAvailableProviders];
        ReleaseAvailableProviders = (delegate* unmanaged<byte**, int, nint>)table[ApiSlot.ReleaseAvailableProviders];
        GetBuildInfoString = (delegate* unmanaged<byte*>)table[ApiSlot.GetBuildInfoString];
    }
}
