namespace Inference.OnnxRuntime.Native;

/// <summary>Values, their types and shapes, memory.</summary>
internal sealed unsafe partial class OrtApi
{
    public delegate* unmanaged<nint, long*, nuint, int, nint*, nint> CreateTensorAsOrtValue { get; private set; }

    public delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue { get; private set; }

    public delegate* unmanaged<nint, void**, nint> GetTensorMutableData { get; private set; }

    public delegate* unmanaged<nint, byte**, nuint, nint> FillStringTensor { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> GetStringTensorDataLength { get; private set; }

    public delegate* unmanaged<nint, void*, nuint, nuint*, nuint, nint> GetStringTensorContent { get; private set; }

    public delegate* unmanaged<nint, int*, nint> GetValueType { get; private set; }

    public delegate* unmanaged<nint, int, nint, nint*, nint> GetValue { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> GetValueCount { get; private set; }

    public delegate* unmanaged<nint*, nuint, int, nint*, nint> CreateValue { get; private set; }

    public delegate* unmanaged<nint, int*, nint> HasValue { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseValue { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape { get; private set; }

    public delegate* unmanaged<nint, int*, nint> GetTensorElementType { get; private set; }

    public delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount { get; private set; }

    public delegate* unmanaged<nint, long*, nuint, nint> GetDimensions { get; private set; }

    public delegate* unmanaged<nint, byte**, nuint, nint> GetSymbolicDimensions { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo { get; private set; }

    public delegate* unmanaged<nint, int*, nint> GetOnnxTypeFromTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToSequenceTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToMapTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToOptionalTypeInfo { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> GetSequenceElementType { get; private set; }

    public delegate* unmanaged<nint, int*, nint> GetMapKeyType { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> GetMapValueType { get; private set; }

    public delegate* unmanaged<nint, nint*, nint> GetOptionalContainedTypeInfo { get; private set; }

    public delegate* unmanaged<nint, void> ReleaseTypeInfo { get; private set; }

    public delegate* unmanaged<int, int, nint*, nint> CreateCpuMemoryInfo { get; private set; }

    public delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions { get; private set; }

    public delegate* unmanaged<nint, nint, nint> AllocatorFree { get; private set; }

    private void BindValues(nint* table)
    {
        CreateTensorAsOrtValue = (delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)table[ApiSlot.CreateTensorAsOrtValue];
        CreateTensorWithDataAsOrtValue = (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[ApiSlot.CreateTensorWithDataAsOrtValue];
        GetTensorMutableData = (delegate* unmanaged<nint, void**, nint>)table[ApiSlot.GetTensorMutableData];
        FillStringTensor = (delegate* unmanaged<nint, byte**, nuint, nint>)table[ApiSlot.FillStringTensor];
        GetStringTensorDataLength = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.GetStringTensorDataLength];
        GetStringTensorContent = (delegate* unmanaged<nint, void*, nuint, nuint*, nuint, nint>)table[ApiSlot.GetStringTensorContent];
        GetValueType = (delegate* unmanaged<nint, int*, nint>)table[ApiSlot.GetValueType];
        GetValue = (delegate* unmanaged<nint, int, nint, nint*, nint>)table[ApiSlot.GetValue];
        GetValueCount = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.GetValueCount];
        CreateValue = (delegate* unmanaged<nint*, nuint, int, nint*, nint>)table[ApiSlot.CreateValue];
        HasValue = (delegate* unmanaged<nint, int*, nint>)table[ApiSlot.HasValue];
        ReleaseValue = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseValue];
        GetTensorTypeAndShape = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.GetTensorTypeAndShape];
        GetTensorElementType = (delegate* unmanaged<nint, int*, nint>)table[ApiSlot.GetTensorElementType];
        GetDimensionsCount = (delegate* unmanaged<nint, nuint*, nint>)table[ApiSlot.GetDimensionsCount];
        GetDimensions = (delegate* unmanaged<nint, long*, nuint, nint>)table[ApiSlot.GetDimensions];
        GetSymbolicDimensions = (delegate* unmanaged<nint, byte**, nuint, nint>)table[ApiSlot.GetSymbolicDimensions];
        ReleaseTensorTypeAndShapeInfo = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseTensorTypeAndShapeInfo];
        GetOnnxTypeFromTypeInfo = (delegate* unmanaged<nint, int*, nint>)table[ApiSlot.GetOnnxTypeFromTypeInfo];
        CastTypeInfoToTensorInfo = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.CastTypeInfoToTensorInfo];
        CastTypeInfoToSequenceTypeInfo = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.CastTypeInfoToSequenceTypeInfo];
        CastTypeInfoToMapTypeInfo = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.CastTypeInfoToMapTypeInfo];
        CastTypeInfoToOptionalTypeInfo = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.CastTypeInfoToOptionalTypeInfo];
        GetSequenceElementType = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.GetSequenceElementType];
        GetMapKeyType = (delegate* unmanaged<nint, int*, nint>)table[ApiSlot.GetMapKeyType];
        GetMapValueType = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.GetMapValueType];
        GetOptionalContainedTypeInfo = (delegate* unmanaged<nint, nint*, nint>)table[ApiSlot.GetOptionalContainedTypeInfo];
        ReleaseTypeInfo = (delegate* unmanaged<nint, void>)table[ApiSlot.ReleaseTypeInfo];
        CreateCpuMemoryInfo = (delegate* unmanaged<int, int, nint*, nint>)table[ApiSlot.CreateCpuMemoryInfo];
        GetAllocatorWithDefaultOptions = (delegate* unmanaged<nint*, nint>)table[ApiSlot.GetAllocatorWithDefaultOptions];
        AllocatorFree = (delegate* unmanaged<nint, nint, nint>)table[ApiSlot.AllocatorFree];
    }
}
