namespace Inference.OnnxRuntime.Native;

/// <summary>Status, environment, session, run.</summary>
internal sealed unsafe partial class OrtApi
{
    public delegate* unmanaged<nint, int> GetErrorCode { get; private set; }

    public delegate* unmanaged<nint, byte*> GetErrorMessage { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseStatus { get; private set; }

    public delegate* unmanaged<int, byte*, nint*, nint> CreateEnv { get; private set; }

    public delegate* unmanaged<int, byte*, nint, nint*, nint> CreateEnvWithGlobalThreadPools { get; private set; }

    public delegate* unmanaged<nint, nint> DisableTelemetryEvents { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseEnv { get; private set; }

    public delegate* unmanaged<nint, void*, nint, nint*, nint> CreateSession { get; private set; }

    public delegate* unmanaged<nint, void*, nuint, nint, nint*, nint> CreateSessionFromArray { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseSession { get; private set; }

    public delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> Run { get; private set; }

    public delegate* unmanaged<nint*, nint> CreateRunOptions { get; private set; }

    public delegate* unmanaged<nint, nint> RunOptionsSetTerminate { get; private set; }

    public delegate* unmanaged<nint, nint> RunOptionsUnsetTerminate { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseRunOptions { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> SessionGetOverridableInitializerCount { get; private set; }

    public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOverridableInitializerTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName { get; private set; }

    public delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName { get; private set; }

    public delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOverridableInitializerName { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> SessionGetModelMetadata { get; private set; }

    public delegate* unmanaged<nint, nint, byte***, long*, nint> ModelMetadataGetCustomMetadataMapKeys { get; private set; }

    public delegate* unmanaged<nint, nint, byte*, byte**, nint> ModelMetadataLookupCustomMetadataMap { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseModelMetadata { get; private set; }

    private void BindCore(nint* table)
    {
        GetErrorCode = (delegate* unmanaged<nint, int>)table[ApiSlot.GetErrorCode];
        GetErrorMessage = (delegate* unmanaged<nint, byte*>)table[ApiSlot.GetErrorMessage];
        ReleaseStatus = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseStatus];
        CreateEnv = (delegate* unmanaged<int, byte*, nint*, nint>)table[ApiSlot.CreateEnv];
        CreateEnvWithGlobalThreadPools = (delegate* unmanaged<int, byte*, nint, nint*, nint>)table[ApiSlot.CreateEnvWithGlobalThreadPools];
        DisableTelemetryEvents = (delegate* unmanaged<nint, nint>)table[ApiSlot.DisableTelemetryEvents];
        ReleaseEnv = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseEnv];
        CreateSession = (delegate* unmanaged<nint, void*, nint, nint*, nint>)table[ApiSlot.CreateSession];
        CreateSessionFromArray = (delegate* unmanaged<nint, void*, nuint, nint, nint*, nint>)table[ApiSlot.CreateSessionFromArray];
        ReleaseSession = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseSession];
        Run = (delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)table[ApiSlot.Run];
        CreateRunOptions = (delegate* unmanaged<nint*, nint>)table[ApiSlot.CreateRunOptions];
        RunOptionsSetTerminate = (delegate* unmanaged<nint, nint>)table[ApiSlot.RunOptionsSetTerminate];
        RunOptionsUnsetTerminate = (delegate* unmanaged<nint, nint>)table[ApiSlot.RunOptionsUnsetTerminate];
        ReleaseRunOptions = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseRunOptions];
        SessionGetInputCount = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.SessionGetInputCount];
        SessionGetOutputCount = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.SessionGetOutputCount];
        SessionGetOverridableInitializerCount = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.SessionGetOverridableInitializerCount];
        SessionGetInputTypeInfo = (delegate* unmanaged<nint, nuint, nint*, nint>)table[ApiSlot.SessionGetInputTypeInfo];
        SessionGetOutputTypeInfo = (delegate* unmanaged<nint, nuint, nint*, nint>)table[ApiSlot.SessionGetOutputTypeInfo];
        SessionGetOverridableInitializerTypeInfo = (delegate* unmanaged<nint, nuint, nint*, nint>)table[ApiSlot.SessionGetOverridableInitializerTypeInfo];
        SessionGetInputName = (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[ApiSlot.SessionGetInputName];
        SessionGetOutputName = (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[ApiSlot.SessionGetOutputName];
        SessionGetOverridableInitializerName = (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[ApiSlot.SessionGetOverridableInitializerName];
        SessionGetModelMetadata = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.SessionGetModelMetadata];
        ModelMetadataGetCustomMetadataMapKeys = (delegate* unmanaged<nint, nint, byte***, long*, nint>)table[ApiSlot.ModelMetadataGetCustomMetadataMapKeys];
        ModelMetadataLookupCustomMetadataMap = (delegate* unmanaged<nint, nint, byte*, byte**, nint>)table[ApiSlot.ModelMetadataLookupCustomMetadataMap];
        ReleaseModelMetadata = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseModelMetadata];
    }
}
