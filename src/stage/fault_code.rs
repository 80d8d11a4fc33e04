//! Every fault that mapping, normalising and validating can find: its lasting code and its words. `docs/faults.md` lists
//! them for people; a test keeps the two together.

use std::sync::Arc;

use crate::model::{Fault, Field, SheetPlace};

/// The row as a person counts it and the person within it.
pub type RowPlace = (u32, Option<u32>);

macro_rules! fault_codes {
    ($($variant:ident, $code:literal, $message:literal, $suggestion:literal;)*) => {
        /// What can be wrong with a row or a cell.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultCode {
            $(#[doc = $message] $variant,)*
        }

        impl FaultCode {
            pub const ALL: &[FaultCode] = &[$(FaultCode::$variant,)*];

            /// The code that tables and scripts rely on.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(FaultCode::$variant => $code,)*
                }
            }

            /// What is wrong, in Chinese; `{}` stands for the field's title.
            pub fn template(self) -> &'static str {
                match self {
                    $(FaultCode::$variant => $message,)*
                }
            }

            /// What to do about it, in Chinese.
            pub fn suggestion(self) -> &'static str {
                match self {
                    $(FaultCode::$variant => $suggestion,)*
                }
            }
        }
    };
}

fault_codes! {
    ErrorCell, "error_cell", "「{}」是公式错误值", "请在原表中改正公式，或直接填写数值";
    DateUnreadable, "date_unreadable", "「{}」不是可识别的日期", "请按“1950-01-31”的样式填写";
    DateAmbiguous, "date_ambiguous", "「{}」有两种读法", "请写四位年份并按年月日排列，以文本格式录入";
    DateImpossible, "date_impossible", "「{}」不是存在的日期", "请核对日期";
    DateLunar, "date_lunar", "「{}」是农历日期", "请换算为公历日期";
    DateSeveral, "date_several", "「{}」一格内有多个日期", "请只填写一个日期";
    DateOnlyYear, "date_only_year", "「{}」只有年份", "请补全月和日";
    DateWithoutDay, "date_without_day", "「{}」缺少日，按当月 1 日存放", "请补全日";
    MonthUnreadable, "month_unreadable", "「{}」不是可识别的年月", "请按“2025-06”的样式填写";
    MonthMissing, "month_missing", "「{}」缺少月份", "请补全月份";
    MoneyUnreadable, "money_unreadable", "「{}」不是可识别的金额", "请只填写数字，单位写在表头";
    NumberUnreadable, "number_unreadable", "「{}」不是可识别的数", "请只填写数字，单位写在表头";
    IntegerUnreadable, "integer_unreadable", "「{}」不是可识别的整数", "请只填写整数";
    NumberSeveral, "number_several", "「{}」一格内有多个数", "请只填写一个数";
    NumberNotWhole, "number_not_whole", "「{}」应为整数", "请只填写整数";
    NumberTooLarge, "number_too_large", "「{}」的数值过大，无法存放", "请核对数值和单位";
    NumberWrongUnit, "number_wrong_unit", "「{}」的单位与规定的单位不符", "请换算为规定的单位";
    NumberRounded, "number_rounded", "「{}」的小数位过多，已四舍五入", "请核对数值和单位";
    NumberWithNote, "number_with_note", "「{}」的数值旁有文字，只取数值", "请把文字填写到备注栏";
    BooleanUnreadable, "boolean_unreadable", "「{}」看不出是“是”还是“否”", "请填写“是”或“否”";
    CodeUnknown, "code_unknown", "「{}」不在代码表中", "请改用代码表中的用语，或在该来源的 values 中说明其含义";
    RegionUnknown, "region_unknown", "「{}」不是可识别的行政区划", "请填写行政区划的全称或代码";
    DocumentKindUnknown, "document_kind_unknown", "「{}」不是可识别的证件类型", "请填写证件类型的全称";
    PhoneUnsound, "phone_unsound", "「{}」不是有效的电话号码", "请核对后填写 11 位手机号码或带区号的固定电话";
    PhonePlaceholder, "phone_placeholder", "「{}」是占位号码", "请填写真实的电话号码";
    PhoneSeveral, "phone_several", "「{}」一格内有多个电话号码，取第一个", "请每格只填写一个电话号码";
    AccountUnsound, "account_unsound", "「{}」不是有效的账号", "请核对存折或银行卡";
    AccountPrecisionLost, "account_precision_lost", "「{}」以数值存放，第 15 位以后的数字已丢失", "请以文本格式重新录入账号";
    AccountCheckDiffers, "account_check_differs", "「{}」的银行卡校验位不符", "请核对存折或银行卡；存折和一卡通账号可以不符";
    OrganisationCodeUnsound, "organisation_code_unsound", "「{}」不是有效的统一社会信用代码", "请核对营业执照或登记证书";
    NameUnreadable, "name_unreadable", "「{}」不是姓名", "请按户口本填写姓名";
    NamePlaceholder, "name_placeholder", "「{}」是占位文字，不是姓名", "请按户口本或出生证明填写姓名";
    NameIsOrganisation, "name_is_organisation", "「{}」填写的是单位名称", "请填写个人姓名";
    NameDamaged, "name_damaged", "「{}」含有无法显示的字", "请按户口本补全姓名";
    NameWithNote, "name_with_note", "「{}」带有附注，已去除", "请把附注填写到备注栏";
    NameSaysDeceased, "name_says_deceased", "「{}」注明已故", "请核实死亡登记并更新待遇状态";
    IdMissing, "id_missing", "「{}」未填写", "请核对身份证原件后补填";
    IdStatedNone, "id_stated_none", "「{}」注明无号码或不详", "请核对身份证原件后补填";
    IdPlaceholder, "id_placeholder", "「{}」是占位号码，不是真实号码", "请核对身份证原件";
    IdUnknownForm, "id_unknown_form", "「{}」不符合任何已知证件的格式", "请核对身份证原件";
    IdWrongLength, "id_wrong_length", "「{}」位数不对", "请核对身份证原件";
    IdBadCharacter, "id_bad_character", "「{}」含有不应出现的字符", "请核对身份证原件";
    IdBadDate, "id_bad_date", "「{}」中的出生日期不存在", "请核对身份证原件";
    IdFutureDate, "id_future_date", "「{}」中的出生日期在未来", "请核对身份证原件";
    IdSequenceZero, "id_sequence_zero", "「{}」的顺序码为 000", "请核对身份证原件";
    IdBadCheck, "id_bad_check", "「{}」的校验码不符", "请核对身份证原件";
    IdPrecisionLost, "id_precision_lost", "「{}」以数值存放，第 15 位以后的数字已丢失", "请以文本格式重新录入，并核对身份证原件";
    IdMasked, "id_masked", "「{}」已脱敏", "请提供完整号码";
    IdLooksLikePhone, "id_looks_like_phone", "「{}」像手机号码", "请核对是否填错列";
    IdLooksLikeDate, "id_looks_like_date", "「{}」像日期", "请核对是否填错列";
    IdNotPersonal, "id_not_personal", "「{}」不是个人证件的号码", "请核对是否填写了单位代码或银行卡号";
    IdBadDisability, "id_bad_disability", "「{}」中的残疾类别或等级代码不对", "请核对残疾人证原件";
    IdIsCertificate, "id_is_certificate", "「{}」填写的是残疾人证号，取其中的身份证号", "请填写身份证号，残疾人证号另列填写";
    IdFromCertificate, "id_from_certificate", "「{}」没有有效号码，取残疾人证号中的身份证号", "请核对身份证原件后补填";
    IdLookAlike, "id_look_alike", "「{}」中的形近字符已更正", "请核对身份证原件";
    IdCentenarian, "id_centenarian", "「{}」的顺序码属于百岁老人，出生于 18xx 年", "请核对身份证原件";
    IdOverAge, "id_over_age", "「{}」表明年龄超过 120 岁", "请核对身份证原件及生存状况";
    IdRegionUnknown, "id_region_unknown", "「{}」中的地区代码不在任何名录中", "请核对身份证原件";
    IdRegionRetired, "id_region_retired", "「{}」中的地区代码在出生前已停用", "请核对身份证原件";
    IdRoundedTail, "id_rounded_tail", "「{}」末三位为 000，可能在电子表格中丢失精度", "请核对身份证原件";
    IdSeveralNumbers, "id_several_numbers", "「{}」一格内有多个号码，取第一个", "请每行只填写一人的号码";
    IdAmbiguousKind, "id_ambiguous_kind", "「{}」的证件种类不能确定", "请注明证件类型";
    MemberCountDiffers, "member_count_differs", "「{}」与其他成员栏所列人数不一致", "请逐人核对姓名与证件号码的对应关系";
    NoIdentity, "no_identity", "既无有效证件号码也无姓名", "请补填姓名和证件号码";
    RequiredMissing, "required_missing", "必填项「{}」为空", "请补填";
    RequiredStatedNone, "required_stated_none", "必填项「{}」填写为“无”", "请补填；确无此项的请说明原因";
    RequiredUnknown, "required_unknown", "必填项「{}」填写为“不详”", "请核实后补填";
    OutOfRange, "out_of_range", "「{}」超出合理范围", "请核对数值和单位";
    DateInFuture, "date_in_future", "「{}」晚于数据处理日期", "请核对日期";
    PatternDiffers, "pattern_differs", "「{}」的格式不符合规定", "请按规定的格式填写";
    SexContradictsNumber, "sex_contradicts_number", "「{}」与证件号码不一致", "请核对身份证原件";
    BirthContradictsNumber, "birth_contradicts_number", "「{}」与证件号码不一致", "请核对身份证原件";
    CertificateContradictsNumber, "certificate_contradicts_number", "「{}」中的身份证号与证件号码不一致", "请核对身份证和残疾人证原件";
    AgeContradictsNumber, "age_contradicts_number", "「{}」与证件号码不一致", "请核对身份证原件";
    DeathBeforeBirth, "death_before_birth", "「{}」早于出生日期", "请核对日期";
    EndBeforeStart, "end_before_start", "「{}」早于开始时间", "请核对起止时间";
}

impl FaultCode {
    /// What is wrong with a field of this title, in Chinese and without the value.
    pub fn message(self, title: &str) -> String {
        self.template().replace("{}", title)
    }

    /// The fault at one field of a row. Without a suggestion of its own it carries the code's.
    pub fn fault(
        self,
        place: &Arc<SheetPlace>,
        (row, nth): RowPlace,
        field: &Field,
        suggestion: Option<String>,
        raw: &str,
    ) -> Fault {
        Fault {
            place: place.clone(),
            row,
            nth,
            field: field.name.clone(),
            code: self.as_str(),
            message: self.message(&field.title),
            suggestion: suggestion.unwrap_or_else(|| self.suggestion().to_owned()),
            raw: raw.to_owned(),
        }
    }

    /// The fault of a whole row; its `raw` is filled in by whoever knows the row.
    pub fn row_fault(self, place: &Arc<SheetPlace>, (row, nth): RowPlace) -> Fault {
        Fault {
            place: place.clone(),
            row,
            nth,
            field: String::new(),
            code: self.as_str(),
            message: self.template().to_owned(),
            suggestion: self.suggestion().to_owned(),
            raw: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::FaultCode;

    #[test]
    fn the_documentation_lists_every_code_with_its_words() {
        let page = include_str!("../../docs/faults.md");
        for code in FaultCode::ALL {
            let row = format!("| `{}` | {} | {} |", code.as_str(), code.message("…"), code.suggestion());
            assert!(page.contains(&row), "docs/faults.md lacks: {row}");
        }
    }

    #[test]
    fn codes_are_unique() {
        let codes: HashSet<_> = FaultCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), FaultCode::ALL.len());
    }
}
