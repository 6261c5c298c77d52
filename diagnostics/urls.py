"""Addresses of the application, grouped by object."""

from django.urls import include, path, register_converter

from diagnostics.domain.vocabulary import StepKey
from diagnostics.views import (
    account,
    coherence,
    comparing,
    conversation,
    diagnostics,
    following,
    history,
    invitations,
    lead_letters,
    legal,
    pages,
    pasting,
    portfolio,
    positioning,
    questions,
    remarks,
    reports,
    reviewing,
    scenarios,
    step_requests,
    structures,
    thread,
    titles,
    transitions,
    word,
)
from diagnostics.wizard import step_wizard


class StepConverter:
    """The key of a step; any other text is an unknown address (404)."""

    regex = "|".join(step.value for step in StepKey)

    def to_python(self, value: str) -> StepKey:
        """Return the step of a key."""
        return StepKey(value)

    def to_url(self, value: str) -> str:
        """Return the key of a step."""
        return StepKey(value).value


register_converter(StepConverter, "step")

structure_urls = [
    path("", structures.show_structure, name="structure_detail"),
    path("modifier/", structures.edit_structure, name="structure_edit"),
    path("supprimer/", structures.delete_structure, name="structure_delete"),
    path("facilitation/", following.choose_facilitator, name="structure_facilitator"),
    path("referent/", following.invite_lead, name="lead_invite"),
    path("journal/", structures.show_journal, name="structure_journal"),
    path("equipe/", invitations.show_team, name="structure_team"),
    path("equipe/inviter/", invitations.invite_members, name="invitation_create"),
    path(
        "equipe/invitations/<int:invitation_pk>/annuler/",
        invitations.cancel_invitation,
        name="invitation_cancel",
    ),
    path(
        "equipe/invitations/<int:invitation_pk>/renvoyer/",
        invitations.resend_invitation,
        name="invitation_resend",
    ),
    path("equipe/<int:membership_pk>/role/", structures.change_role, name="member_role"),
    path("equipe/<int:membership_pk>/retirer/", structures.remove_member, name="member_remove"),
    path("diagnostics/nouveau/", diagnostics.open_diagnostic, name="diagnostic_create"),
]

diagnostic_urls = [
    path("", diagnostics.show_home, name="diagnostic_home"),
    path("modifier/", diagnostics.edit_diagnostic, name="diagnostic_edit"),
    path("supprimer/", diagnostics.delete_diagnostic, name="diagnostic_delete"),
    path("etapes/<step:step>/", step_wizard, name="diagnostic_step"),
    path("etapes/<step:step>/historique/", history.show_history, name="step_history"),
    path("etapes/<step:step>/restaurer/", history.restore, name="step_restore"),
    path("etapes/<step:step>/coller/", pasting.paste_list, name="step_paste"),
    path("etapes/<step:step>/coller/annuler/", pasting.undo_paste, name="step_paste_undo"),
    path("etapes/<step:step>/tableau.xlsx", pasting.download_workbook, name="step_workbook"),
    path("etapes/<step:step>/tableau.csv", pasting.download_table, name="step_table"),
    path("etapes/positioning/apercu/", positioning.positioning_preview, name="positioning_preview"),
    path("et-si/", scenarios.scenarios_preview, name="scenarios_preview"),
    path("journal/", history.show_journal, name="journal"),
    path("comparer/", comparing.show_comparison, name="diagnostic_compare"),
    path(
        "comparer/raisons/",
        comparing.explain_what_was_left_out,
        name="left_out_reasons",
    ),
    path("echanges/", conversation.show_conversation, name="conversation"),
    path("echanges/ouvrir/", conversation.open_thread, name="conversation_open"),
    path("echanges/<int:thread_pk>/", conversation.show_thread, name="conversation_thread"),
    path(
        "echanges/<int:thread_pk>/modifier/",
        conversation.edit_message,
        name="conversation_edit",
    ),
    path("echanges/<int:thread_pk>/<slug:deed>/", conversation.act, name="conversation_act"),
    path("relecture/", diagnostics.show_check_page, name="diagnostic_check"),
    path("coherence/", coherence.explain, name="coherence"),
    path("coherence/assumer/", coherence.acknowledge, name="finding_acknowledge"),
    path("coherence/avis/", coherence.judge, name="finding_judge"),
    path("coherence/discuter/", coherence.reopen, name="finding_reopen"),
    path("fil-rouge/", thread.show_thread, name="thread"),
    path("fil-rouge/relier/", thread.link_rows, name="thread_link"),
    path("soumettre/", transitions.submit, name="diagnostic_submit"),
    path("retirer/", transitions.withdraw, name="diagnostic_withdraw"),
    path(
        "demander-des-modifications/",
        transitions.request_changes,
        name="diagnostic_request_changes",
    ),
    path("valider/", reviewing.validate, name="diagnostic_validate"),
    path("valider/demandes/<int:thread_pk>/", step_requests.settle, name="request_settle"),
    path("relecture/<step:step>/demander/", step_requests.ask, name="step_request"),
    path("relecture/avis/", reviewing.save_opinion, name="review_save"),
    path("relecture/lu/", reviewing.mark_read, name="review_read"),
    path("relecture/prendre/", reviewing.take, name="review_take"),
    path("relecture/rendre/", reviewing.release, name="review_release"),
    path("relecture/confier/", reviewing.hand_over, name="review_hand_over"),
    path("relecture/<step:step>/rien/", reviewing.mark_step, name="step_reviewed"),
    path("rouvrir/", transitions.reopen, name="diagnostic_reopen"),
    path("adopter/", transitions.adopt, name="diagnostic_adopt"),
    path("rapport/", reports.show_report, name="report"),
    path("rapport/titres/", titles.edit_titles, name="report_titles"),
    path("rapport.pdf", reports.download_pdf, name="report_pdf"),
    path("synthese.pdf", reports.download_synthesis, name="report_synthesis_pdf"),
    path("rapport.docx", word.download_docx, name="report_docx"),
    path("document.json", reports.download_document, name="document_json"),
]

portfolio_urls = [
    path("", portfolio.show_portfolio, name="portfolio"),
    path("confier/", portfolio.assign, name="portfolio_assign"),
    path("cohorte/", portfolio.add_to_cohort, name="portfolio_cohort_add"),
    path("cohorte/retirer/", portfolio.remove_from_cohort, name="portfolio_cohort_remove"),
    path("questions/", questions.show_questions, name="questions"),
    path("questions/<slug:rule_id>/", questions.show_question, name="question"),
    path("ecrire/", lead_letters.write_letter, name="portfolio_letter"),
    path("ecrire/envoyer/", lead_letters.send_letter, name="portfolio_letter_send"),
]

urlpatterns = [
    path("", pages.start, name="start"),
    path("a-propos/", pages.about, name="about"),
    path("mentions-legales/", legal.show_legal_notice, name="legal_notice"),
    path("donnees-personnelles/", legal.show_personal_data, name="personal_data"),
    path("accessibilite/", legal.show_accessibility, name="accessibility"),
    path("exemple/", pages.show_sample, name="sample_report"),
    path("compte/", account.show_account, name="account"),
    path("compte/messages/", account.change_mails, name="account_mails"),
    path("messages/<str:token>/", account.leave_mails, name="mails_leave"),
    path("compte/absence/", following.change_absence, name="absence"),
    path("health/", pages.health, name="health"),
    path("structures/nouvelle/", structures.create_structure, name="structure_create"),
    path("structures/<uuid:pk>/", include(structure_urls)),
    path("invitations/<str:token>/", invitations.accept, name="invitation_accept"),
    path("diagnostics/<uuid:pk>/", include(diagnostic_urls)),
    path("kit.pdf", reports.download_kit, name="kit_pdf"),
    path("portefeuille/", include(portfolio_urls)),
    path("portefeuille/invitations/", following.show_invitations, name="lead_invitations"),
    path("portefeuille/suivante/", reviewing.show_next, name="review_next"),
    path("remarques/", remarks.show_remarks, name="remarks"),
    path("remarques/<int:pk>/modifier/", remarks.change_remark, name="remark_change"),
    path("remarques/<int:pk>/supprimer/", remarks.delete_remark, name="remark_delete"),
]
